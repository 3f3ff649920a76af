# Tags with a square code (QR) on assets.
tag = Tag
tag-none = No tag
tag-give = Link a tag
tag-change = Change
tag-scan = Scan a tag
tag-link-title = Tag of the asset
tag-point = Scan with the camera
tag-point-denied = The camera is not allowed. Allow it in the settings of the device, or type the twelve digits.
tag-point-none = The camera does not work. Type the twelve digits of the tag.
tag-picture = Photograph of the tag
tag-typed = Tag from a scanner or by hand
tag-typed-hint = The twelve digits below the square code
tag-or-number-hint = The twelve digits of the tag, or the number of the asset
tag-open = Open
tag-link = Link
tag-linked = The asset bears the tag { $tag }.
tag-off = Take the tag off
tag-off-done = The asset bears no tag.
tag-back = Back to the asset
tag-taken-open = See the other asset
tag-several = The tag is on more than one asset
tag-numbers = Assets with this number
tag-free = The tag { $tag } is on no asset of this device
tag-free-hint = Link it to an asset that is there, or write down a new one.
tag-free-search = Asset for the tag
tag-free-add = New asset with this tag
tag-has-one = Asset { $asset } has tag { $tag } already. If you replace it, the old one is free.
tag-replace = Replace it
tag-keep = No, keep the old one
tag-of-new = The new asset will bear the tag { $tag }.
rule-not-a-tag = The field “{ $label }” holds no tag of the municipality and no number of an asset that is here. Scan again from nearer, or type the twelve digits.
problem-tag-taken = Another asset bears this tag already. Take it off there first, or take another tag.
recordfield-tag = Tag
labels-title = Labels to print
labels-lead = A4 sheets with 24 labels of 70 × 37 mm. Assets without a tag get one.
labels-count = Number of labels
labels-blank = Blank labels
labels-blank-hint = They are linked to assets outside, by scanning
labels-will = { $count ->
    [one] 1 label
   *[other] { $count } labels
} on { $sheets ->
    [one] 1 sheet.
   *[other] { $sheets } sheets.
} At most 240 at a time.
labels-write = Write a PDF file
labels-written = { $count ->
    [one] 1 label is
   *[other] { $count } labels are
} in the file { $path }. Print it at its real size (100 %).
