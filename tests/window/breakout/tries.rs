//! The attempts of a page, each with its name and its script; `page.rs` says what is around a script.

/// Where to.
pub(super) const ADDRESSES: &[(&str, &str)] = &[
    ("another server", "trap"),
    ("another server, encrypted", "trap.replace('http', 'https')"),
    ("a script", "'javascript:void(window.__ran = true)'"),
    (
        "a page in its address",
        "`data:text/html,<img src=${trap}data>`",
    ),
    (
        "a page in memory",
        "blob(`<img src=${trap}blob>`, 'text/html')",
    ),
    ("a file", "'file:///etc/passwd'"),
    ("a folder", "'file:///'"),
    ("an empty page", "'about:blank'"),
    ("a page of the web view", "'about:gpu'"),
    ("another page of the web view", "'webkit://gpu'"),
    (
        "the inspector",
        "'resource:///org/webkit/inspector/UserInterface/Main.html'",
    ),
    ("the source", "'view-source:tauri://localhost/'"),
    ("FTP", "trap.replace('http', 'ftp')"),
    ("mail", "'mailto:a@example.org'"),
    ("telephone", "'tel:112'"),
    ("a page that is not there", "'tauri://localhost/other.html'"),
    ("the page with a query", "'tauri://localhost/?other'"),
    ("another host of the app", "'tauri://other/'"),
    ("the app of other systems", "'http://tauri.localhost:PORT/'"),
    ("the commands", "'ipc://localhost/about'"),
    ("files by Tauri", "'asset://localhost/%2Fetc%2Fpasswd'"),
];

/// How.
pub(super) const WAYS: &[(&str, &str)] = &[
    ("assign", "location.assign(address)"),
    ("replace", "location.replace(address)"),
    ("href", "location.href = address"),
    ("location", "window.location = address"),
    ("document.location", "document.location = address"),
    ("top.location", "top.location = address"),
    ("open", "return !!window.open(address)"),
    ("open here", "return !!window.open(address, '_self')"),
    ("open on top", "return !!window.open(address, '_top')"),
    (
        "open small",
        "return !!window.open(address, 'small', 'popup,width=300,height=300')",
    ),
    (
        "open from a frame",
        "return !!add('iframe').contentWindow.open(address)",
    ),
    ("a link", "add('a', { href: address }).click()"),
    (
        "a link to a new window",
        "add('a', { href: address, target: '_blank', rel: 'opener' }).click()",
    ),
    (
        "a link with Ctrl",
        "add('a', { href: address }).dispatchEvent(new MouseEvent('click', { ctrlKey: true, bubbles: true }))",
    ),
    (
        "a link with the middle button",
        "add('a', { href: address }).dispatchEvent(new MouseEvent('click', { button: 1, bubbles: true }))",
    ),
    (
        "a link that is saved",
        "add('a', { href: address, download: 'saved.html' }).click()",
    ),
    (
        "a link of a drawing",
        "add('div').innerHTML = `<svg><a href='${address}'><text>x</text></a></svg>`; place.querySelector('text').dispatchEvent(new MouseEvent('click', { bubbles: true }))",
    ),
    (
        "refresh",
        "const meta = add('meta'); meta.httpEquiv = 'refresh'; meta.content = `0;url=${address}`; document.head.append(meta); await pause(30); meta.remove()",
    ),
    ("a form", "add('form', { action: address }).submit()"),
    (
        "a form that posts into a new window",
        "add('form', { action: address, method: 'post', target: '_blank' }).submit()",
    ),
    ("a frame", "add('iframe', { src: address })"),
    (
        "an object",
        "add('object', { data: address, type: 'text/html' })",
    ),
    (
        "an embedded thing",
        "add('embed', { src: address, type: 'text/html' })",
    ),
];

pub(super) const WINDOWS: &[(&str, &str)] = &[
    ("close", "window.close()"),
    (
        "close, by another name",
        "self.close(); top.close(); parent.close()",
    ),
    (
        "close, the replacement away",
        "delete window.close; window.close?.()",
    ),
    (
        "close, by a frame",
        "add('iframe').contentWindow.close.call(window)",
    ),
    (
        "close, by a frame's parent",
        "add('iframe').contentWindow.parent.close()",
    ),
    ("back", "history.back()"),
    ("forward", "history.forward()"),
    ("five back", "history.go(-5)"),
    (
        "shrink, by a frame",
        "const frame = add('iframe').contentWindow; frame.resizeTo.call(window, 300, 300); frame.moveTo.call(window, 300, 300)",
    ),
    (
        "shrink, the replacement away",
        "delete window.resizeTo; window.resizeTo?.(300, 300); delete window.moveTo; window.moveTo?.(300, 300)",
    ),
    ("move", "window.moveTo(300, 300); window.moveBy(50, 50)"),
    (
        "shrink",
        "window.resizeTo(300, 300); window.resizeBy(-50, -50)",
    ),
    ("blur", "window.blur()"),
    (
        "a dialog of its own page",
        "return window.showModalDialog?.(trap) !== undefined",
    ),
    (
        "the whole screen for a part",
        "await document.documentElement.requestFullscreen(); return true",
    ),
    (
        "the whole screen, old name",
        "document.documentElement.webkitRequestFullscreen(); await pause(100); return !!document.webkitFullscreenElement",
    ),
    ("no whole screen", "await document.exitFullscreen()"),
];

pub(super) const DIALOGS: &[(&str, &str)] = &[
    ("alert", "alert('x')"),
    ("confirm", "return confirm('x')"),
    ("prompt", "return prompt('x') !== null"),
    ("print", "print()"),
    ("print as a command", "document.execCommand('print')"),
    (
        "alert, the replacement away",
        "delete window.alert; window.alert?.('x')",
    ),
    (
        "confirm, the replacement away",
        "delete window.confirm; return window.confirm?.('x')",
    ),
    (
        "print, the replacement away",
        "delete window.print; window.print?.()",
    ),
    ("alert of a frame", "add('iframe').contentWindow.alert('x')"),
    (
        "confirm of a frame",
        "return add('iframe').contentWindow.confirm('x')",
    ),
    (
        "prompt of a frame",
        "return add('iframe').contentWindow.prompt('x') !== null",
    ),
    ("print of a frame", "add('iframe').contentWindow.print()"),
    (
        "a question before leaving",
        "const ask = (event) => { event.preventDefault(); event.returnValue = 'x'; }; window.addEventListener('beforeunload', ask); location.href = trap; await pause(60); window.removeEventListener('beforeunload', ask)",
    ),
    ("a file", "add('input', { type: 'file' }).click()"),
    (
        "a file, not in the page",
        "Object.assign(document.createElement('input'), { type: 'file' }).click()",
    ),
    (
        "a folder",
        "add('input', { type: 'file', webkitdirectory: true }).click()",
    ),
    (
        "a file by its picker",
        "add('input', { type: 'file' }).showPicker()",
    ),
    (
        "a file by its label",
        "const label = add('label'); label.append(Object.assign(document.createElement('input'), { type: 'file' })); label.click()",
    ),
    ("a colour", "add('input', { type: 'color' }).click()"),
    ("a day", "add('input', { type: 'date' }).showPicker()"),
    (
        "a list",
        "const list = add('select'); list.append(new Option('a'), new Option('b')); list.focus(); list.showPicker?.(); list.dispatchEvent(new MouseEvent('mousedown', { bubbles: true }))",
    ),
    (
        "open a file of the system",
        "return !!(await window.showOpenFilePicker())",
    ),
    (
        "save a file of the system",
        "return !!(await window.showSaveFilePicker())",
    ),
    (
        "open a folder of the system",
        "return !!(await window.showDirectoryPicker())",
    ),
];

pub(super) const NETWORK: &[(&str, &str)] = &[
    ("fetch", "await fetch(trap); return true"),
    (
        "fetch without asking",
        "await fetch(trap, { mode: 'no-cors', method: 'POST', body: 'x' }); return true",
    ),
    (
        "fetch that outlives",
        "await fetch(trap, { keepalive: true, mode: 'no-cors' }); return true",
    ),
    (
        "XMLHttpRequest",
        "const ask = new XMLHttpRequest(); ask.open('GET', trap, false); ask.send(); return ask.status > 0",
    ),
    (
        "WebSocket",
        "new WebSocket(trap.replace('http', 'ws')); await pause(60)",
    ),
    ("EventSource", "new EventSource(trap); await pause(60)"),
    (
        "WebTransport",
        "new WebTransport(trap.replace('http', 'https')); await pause(60)",
    ),
    ("beacon", "navigator.sendBeacon(trap, 'x'); await pause(60)"),
    (
        "ping of a link",
        "add('a', { href: '#content', ping: trap + 'ping' }).click(); await pause(60)",
    ),
    (
        "a line to a peer",
        "const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:PORT' }] }); peer.createDataChannel('x'); await peer.setLocalDescription(await peer.createOffer()); await pause(200)",
    ),
    ("an image", "new Image().src = trap; await pause(60)"),
    (
        "an image of a file",
        "const image = new Image(); const came = new Promise((yes) => { image.onload = () => yes(true); image.onerror = () => yes(false); }); image.src = 'file:///usr/share/pixmaps/debian-logo.png'; return await came",
    ),
    (
        "a style sheet",
        "add('link', { rel: 'stylesheet', href: trap }); await pause(60)",
    ),
    (
        "a style sheet in another",
        "add('style', { textContent: `@import url(${trap});` }); await pause(60)",
    ),
    (
        "a picture in a style",
        "add('p', { textContent: 'x' }).style.backgroundImage = `url(${trap})`; await pause(60)",
    ),
    (
        "a font",
        "new FontFace('x', `url(${trap})`).load(); await pause(60)",
    ),
    (
        "something to come",
        "add('link', { rel: 'preload', as: 'script', href: trap }); await pause(60)",
    ),
    (
        "something for later",
        "add('link', { rel: 'prefetch', href: trap }); await pause(60)",
    ),
    (
        "a module to come",
        "add('link', { rel: 'modulepreload', href: trap }); await pause(60)",
    ),
    (
        "a line in advance",
        "const link = add('link', { rel: 'preconnect', href: trap }); document.head.append(link); await pause(100); link.remove()",
    ),
    (
        "a page in advance",
        "add('link', { rel: 'prerender', href: trap }); await pause(60)",
    ),
    (
        "an icon",
        "const link = add('link', { rel: 'icon', href: trap }); document.head.append(link); await pause(60); link.remove()",
    ),
    (
        "a manifest",
        "const link = add('link', { rel: 'manifest', href: trap }); document.head.append(link); await pause(60); link.remove()",
    ),
    ("sound", "new Audio(trap).play(); await pause(60)"),
    (
        "film",
        "add('video', { src: trap, autoplay: true, muted: true }); await pause(60)",
    ),
    (
        "words of a film",
        "add('video').append(Object.assign(document.createElement('track'), { src: trap, default: true })); await pause(60)",
    ),
    (
        "a drawing in another",
        "add('div').innerHTML = `<svg><use href='${trap}#x'/><image href='${trap}'/></svg>`; await pause(60)",
    ),
    (
        "a file by fetch",
        "return (await (await fetch('file:///etc/passwd')).text()).length > 0",
    ),
    (
        "a file by XMLHttpRequest",
        "const ask = new XMLHttpRequest(); ask.open('GET', 'file:///etc/passwd', false); ask.send(); return ask.responseText.length > 0",
    ),
    (
        "a file by Tauri",
        "return (await fetch(window.__TAURI_INTERNALS__.convertFileSrc('/etc/passwd'))).ok",
    ),
    (
        "a command without the key",
        "return (await fetch('ipc://localhost/about', { method: 'POST', body: '{}' })).ok",
    ),
    (
        "a command with a wrong key",
        "return (await fetch('ipc://localhost/about', { method: 'POST', body: '{}', headers: { 'Tauri-Invoke-Key': 'x', 'Tauri-Callback': '1', 'Tauri-Error': '2' } })).ok",
    ),
    (
        "a command past the bridge",
        "window.ipc.postMessage(JSON.stringify({ cmd: 'requests_page', callback: 1, error: 2, payload: {}, options: {}, __TAURI_INVOKE_KEY__: 'x' })); await pause(60)",
    ),
];

pub(super) const CODE: &[(&str, &str)] = &[
    ("eval", "return eval('1 + 1') === 2"),
    ("eval, by another name", "return (0, eval)('1 + 1') === 2"),
    ("Function", "return new Function('return true')()"),
    (
        "a function that waits",
        "return await (async () => {}).constructor('return true')()",
    ),
    (
        "a function that yields",
        "return (function* () {}).constructor('yield true')().next().value",
    ),
    (
        "a timer of words",
        "setTimeout('window.__ran = true', 0); await pause(40)",
    ),
    (
        "a repeated timer of words",
        "clearInterval(await new Promise((go) => { const id = setInterval('window.__ran = true', 1); setTimeout(() => go(id), 40); }))",
    ),
    (
        "a script in the page",
        "add('script', { textContent: 'window.__ran = true' })",
    ),
    (
        "a module in the page",
        "add('script', { type: 'module', textContent: 'window.__ran = true' }); await pause(40)",
    ),
    (
        "a handler in the page",
        "const part = add('p'); part.setAttribute('onclick', 'window.__ran = true'); part.click()",
    ),
    (
        "a handler in HTML",
        "add('div').innerHTML = '<img src=x: onerror=\"window.__ran = true\">'; await pause(60)",
    ),
    (
        "a fragment",
        "place.append(document.createRange().createContextualFragment('<script>window.__ran = true</' + 'script>'))",
    ),
    (
        "a drawing that acts",
        "add('div').innerHTML = '<svg onload=\"window.__ran = true\"></svg>'; await pause(40)",
    ),
    (
        "a script in its address",
        "add('script', { src: 'data:text/javascript,window.__ran=true' }); await pause(60)",
    ),
    (
        "a script in memory",
        "add('script', { src: blob('window.__ran = true', 'text/javascript') }); await pause(60)",
    ),
    (
        "a script of another server",
        "add('script', { src: trap }); await pause(60)",
    ),
    (
        "a script of a file",
        "add('script', { src: 'file:///etc/passwd' }); await pause(60)",
    ),
    (
        "an import in its address",
        "await import('data:text/javascript,window.__ran=true')",
    ),
    (
        "an import in memory",
        "await import(blob('window.__ran = true', 'text/javascript'))",
    ),
    (
        "a frame with a script",
        "add('iframe', { srcdoc: '<script>parent.__ran = true</' + 'script>' }); await pause(80)",
    ),
    (
        "a frame that is written",
        "const frame = add('iframe').contentDocument; frame.write('<script>parent.__ran = true</' + 'script>'); await pause(60)",
    ),
    (
        "eval of a frame",
        "return add('iframe').contentWindow.eval('1 + 1') === 2",
    ),
    (
        "a frame with our page",
        "const frame = add('iframe', { src: '/index.html' }); await pause(200); return !!frame.contentDocument?.getElementById('app')",
    ),
    (
        "a worker in memory",
        "const worker = new Worker(blob('postMessage(1)', 'text/javascript')); return await new Promise((yes) => { worker.onmessage = () => yes(true); worker.onerror = () => yes(false); })",
    ),
    (
        "a worker of another server",
        "new Worker(trap); await pause(60)",
    ),
    (
        "a shared worker",
        "const worker = new SharedWorker(blob('onconnect = (e) => e.ports[0].postMessage(1)', 'text/javascript')); return await new Promise((yes) => { worker.port.onmessage = () => yes(true); worker.onerror = () => yes(false); })",
    ),
    (
        "a service worker",
        "await navigator.serviceWorker.register('/index.html'); return true",
    ),
    (
        "a worklet",
        "await new OfflineAudioContext(1, 1, 44100).audioWorklet.addModule(blob('1', 'text/javascript')); return true",
    ),
    (
        "machine code",
        "await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); return true",
    ),
    (
        "machine code at once",
        "return new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])) !== null",
    ),
    (
        "machine code of a frame",
        "return !!(await add('iframe').contentWindow.WebAssembly.instantiate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])))",
    ),
    (
        "another base for addresses",
        "const base = add('base', { href: trap }); document.head.prepend(base); const to = document.baseURI; base.remove(); return to.startsWith(trap)",
    ),
    (
        "Tauri's whole interface",
        "return window.__TAURI__ !== undefined",
    ),
];

pub(super) const DEVICES: &[(&str, &str)] = &[
    (
        "notes of the system",
        "return (await Notification.requestPermission()) === 'granted'",
    ),
    (
        "a note",
        "return new Notification('x') && Notification.permission === 'granted'",
    ),
    (
        "the camera",
        "await navigator.mediaDevices.getUserMedia({ video: true }); return true",
    ),
    (
        "the microphone",
        "await navigator.mediaDevices.getUserMedia({ audio: true }); return true",
    ),
    (
        "the screen",
        "await navigator.mediaDevices.getDisplayMedia(); return true",
    ),
    (
        "the list of devices",
        "return (await navigator.mediaDevices.enumerateDevices()).some((one) => one.label)",
    ),
    (
        "the position",
        "return await new Promise((yes) => navigator.geolocation.getCurrentPosition(() => yes(true), () => yes(false)))",
    ),
    (
        "the clipboard, words",
        "await navigator.clipboard.readText(); return true",
    ),
    (
        "the clipboard, all",
        "await navigator.clipboard.read(); return true",
    ),
    (
        "onto the clipboard",
        "await navigator.clipboard.writeText('x'); return true",
    ),
    (
        "onto the clipboard, by a frame",
        "await add('iframe').contentWindow.navigator.clipboard.writeText('x'); return true",
    ),
    (
        "paste as a command",
        "const field = add('textarea'); field.focus(); document.execCommand('paste'); return field.value !== ''",
    ),
    (
        "copy as a command",
        "const field = add('textarea', { value: 'x' }); field.select(); document.execCommand('copy')",
    ),
    (
        "cut as a command",
        "const field = add('textarea', { value: 'x' }); field.select(); document.execCommand('cut')",
    ),
    (
        "the pointer",
        "await document.body.requestPointerLock(); await pause(60); return document.pointerLockElement !== null",
    ),
    (
        "the keyboard",
        "await navigator.keyboard.lock(); return true",
    ),
    (
        "to stay awake",
        "await navigator.wakeLock.request('screen'); return false",
    ),
    (
        "to share",
        "await navigator.share({ text: 'x' }); return true",
    ),
    (
        "to pay",
        "await new PaymentRequest([{ supportedMethods: 'basic-card' }], { total: { label: 'x', amount: { currency: 'EUR', value: '1' } } }).show(); return true",
    ),
    (
        "USB",
        "await navigator.usb.requestDevice({ filters: [] }); return true",
    ),
    (
        "a serial line",
        "await navigator.serial.requestPort(); return true",
    ),
    (
        "Bluetooth",
        "await navigator.bluetooth.requestDevice({ acceptAllDevices: true }); return true",
    ),
    (
        "other devices",
        "await navigator.hid.requestDevice({ filters: [] }); return true",
    ),
    ("MIDI", "await navigator.requestMIDIAccess(); return true"),
    (
        "keys to sign in",
        "await navigator.credentials.get({ password: true, publicKey: { challenge: new Uint8Array(16) } }); return true",
    ),
    (
        "links of mail",
        "navigator.registerProtocolHandler('mailto', trap + '%s')",
    ),
    (
        "a turned screen",
        "await screen.orientation.lock('portrait'); return true",
    ),
];

/// What a page sees of a hand or a program: sent by the page itself, and through when nobody refuses it.
pub(super) const EVENTS: &[(&str, &str)] = &[
    ("a menu", "new MouseEvent('contextmenu', how)"),
    (
        "the middle button",
        "new MouseEvent('mousedown', { ...how, button: 1 })",
    ),
    (
        "the right button",
        "new MouseEvent('mousedown', { ...how, button: 2 })",
    ),
    (
        "the back button",
        "new MouseEvent('mouseup', { ...how, button: 3 })",
    ),
    (
        "the forward button",
        "new MouseEvent('mouseup', { ...how, button: 4 })",
    ),
    (
        "a click of another button",
        "new MouseEvent('auxclick', { ...how, button: 1 })",
    ),
    (
        "the wheel with Ctrl",
        "new WheelEvent('wheel', { ...how, ctrlKey: true, deltaY: 10 })",
    ),
    ("a pinch", "new Event('gesturestart', how)"),
    ("a pinch that goes on", "new Event('gesturechange', how)"),
    (
        "two fingers",
        "Object.assign(new Event('touchstart', how), { touches: [1, 2] })",
    ),
    (
        "two fingers that move",
        "Object.assign(new Event('touchmove', how), { touches: [1, 2] })",
    ),
    (
        "a drag out",
        "new DragEvent('dragstart', { ...how, dataTransfer: bag })",
    ),
    (
        "a drag in",
        "new DragEvent('dragenter', { ...how, dataTransfer: bag })",
    ),
    (
        "a drag over",
        "new DragEvent('dragover', { ...how, dataTransfer: bag })",
    ),
    (
        "a drop",
        "new DragEvent('drop', { ...how, dataTransfer: bag })",
    ),
    (
        "a paste",
        "new ClipboardEvent('paste', { ...how, clipboardData: bag })",
    ),
    (
        "a copy",
        "new ClipboardEvent('copy', { ...how, clipboardData: bag })",
    ),
    (
        "a cut",
        "new ClipboardEvent('cut', { ...how, clipboardData: bag })",
    ),
    (
        "pasted words",
        "new InputEvent('beforeinput', { ...how, inputType: 'insertFromPaste', data: 'x' })",
    ),
    (
        "dropped words",
        "new InputEvent('beforeinput', { ...how, inputType: 'insertFromDrop', data: 'x' })",
    ),
];
