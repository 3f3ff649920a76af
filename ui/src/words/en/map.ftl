# The map: what it shows, where I am, where it comes from.
nav-map = Map
map-title = Map
map-label = Map of the municipality. Arrow keys move it, plus and minus zoom. Everything on it is also in the list below.
map-requests = Open requests
map-assets = Assets
map-me = Where am I
map-me-here = Here, where I am
map-me-accuracy = Your position is known to within { $metres } m.
map-me-denied = This device does not let the app know where you are. Allow it in the settings of the device, or point at the place on the map.
map-me-none = This device does not find your position. Point at the place on the map, or type the coordinates.
map-me-slow = No position within 20 seconds. Go out into the open and try again, or point at the place on the map.
map-closer = Closer
map-closer-short = Closer
map-farther = Farther
map-farther-short = Farther
map-pin-middle = Pin in the middle
map-list = On the map now
map-list-all = Show all { $count }
map-here = { $count ->
    [one] At this place
   *[other] At this place: { $count }
}
map-count = { $count ->
    [0] Nothing in this part of the map.
   *[other] { $count } in this part of the map.
}
map-grouped = What lies close together is shown as one number. Come closer to see it one by one.
map-more = Too many for one look. Come closer to see them all.
map-nothing-chosen = Choose what the map shows.
map-unplaced = { $count ->
    [one] 1 open request has no place on the map.
   *[other] { $count } open requests have no place on the map.
}
map-unplaced-open = See the list
map-show-on = On the map
map-pick = Point at it on the map
map-pick-close = Close the map
map-pick-clear = No place
map-pick-how = Touch the map or drag the pin. With a keyboard: move the map with the arrow keys and press “Pin in the middle”.
map-pick-touch = Touch the place on the map. Press “Closer” to see more.
map-typed = Coordinates
map-typed-hint = Degrees (WGS 84) or metres (ΕΓΣΑ87), such as 40.09971 22.50017 or 372008 4439615
map-typed-use = Use
position-grid = ΕΓΣΑ87: E { $east }, N { $north }
place-nearest = Nearest: { $place } ({ $metres } m from its middle).
place-nearest-take = Make the village { $village }
kiosk-pointed = A place on the map
map-pack-title = The map of this device
map-pack-name = Name
map-pack-made = Day of its data
map-pack-made-unknown = unknown
map-pack-installed = On this device since
map-pack-size = Size
map-pack-none = This device has no map yet. Until one comes, villages and places are shown without roads.
map-pack-ask = Ask the town hall for a map
map-pack-same = This device has the map that the town hall has.
map-pack-offer = The town hall has a map of { $size }, day of its data: { $made }.
map-pack-get = Bring it here
map-pack-coming = Coming: { $had } of { $all }. It goes on by itself whenever there is a network.
map-pack-stop = Do not bring it
map-pack-files = Maps on a stick or among the downloads
map-pack-files-none = No map file (.pmtiles) was found on a stick or among the downloads.
map-pack-look-again = Look again
map-pack-install = { $file } ({ $size })
map-pack-done = The map is on this device.
map-fault-not-a-map = This file is no map that can be read here. A PMTiles file with vector tiles is needed.
map-fault-truncated = The map file is cut short. Copy it again as a whole.
map-fault-too-large = This file is larger than any map of a municipality (512 MB).
map-fault-elsewhere = This map shows another area, not the municipality.
map-fault-not-here = The map file is not there any more.
map-fault-not-at-town = The town hall has no map yet. Bring a map file on a stick, or ask whoever looks after the server.
map-pack-no-room = There is no room for the map on this device. It comes as soon as there is.
