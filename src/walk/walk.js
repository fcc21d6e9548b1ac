// The walk: one room at a time, drawn and walked on as WorkAdventure would.
//
// The page names the maps in a JSON block; each room comes as a script that calls `venueRoom`, so that all
// of this works from a folder on disk, where pages may not fetch. Positions are pixels of the map, of the
// middle of the avatar; cells are tiles.
(function () {
  'use strict';

  var FLIP_X = 0x80000000, FLIP_Y = 0x40000000, FLIP_DIAGONAL = 0x20000000, ID = 0x0fffffff;
  var CHUNK = 512;          // side of the pieces that layers are drawn in, in pixels
  var MOST_CHUNKS = 160;    // pieces kept, about a megabyte each
  var FARTHEST = 0.25;      // least zoom: farther off, more pieces are in view than are kept
  var SPEED = 190;          // pixels in a second
  var FEET = 16;            // from the middle of the avatar down to where areas look for it
  var STYLES = {            // the colours of `venue render --overlay`, for every kind of eyes
    meeting: ['#0072b2', []], website: ['#e69f00', [8, 4]], sound: ['#cc79a7', [2, 2]],
    silent: ['#f0e442', [4, 4]], exit: ['#d55e00', [6, 2]], entry: ['#009e73', []], other: ['#56b4e9', [12, 2]],
    error: ['#d55e00', [3, 3]], warning: ['#f0e442', [3, 3]], info: ['#56b4e9', [3, 3]]
  };

  function element(id) { return document.getElementById(id); }
  var page = JSON.parse(element('venue').textContent);
  var canvas = element('stage'), context = canvas.getContext('2d');
  var room = null, version = 0, wanted = null;
  var avatar = { x: 0, y: 0, facing: 'down', step: 0, moving: false };
  var camera = { x: 0, y: 0, zoom: 1, free: false };
  var keys = {}, path = [], arrivedOn = [];
  var shown = { zones: false, walls: false, entries: false, findings: false };
  var marked = null;        // cells that a finding or zone was asked for

  // ---- Loading ----------------------------------------------------------------------------------

  function load(map, arrival) {
    wanted = { map: map, arrival: arrival };
    status('Loading ' + map + ' …');
    var script = document.createElement('script');
    script.src = page.rooms + map.split('/').map(encodeURIComponent).join('/') + '.js?v=' + version;
    script.onload = function () { script.remove(); };
    script.onerror = function () { script.remove(); status('The map ' + map + ' cannot be loaded.'); };
    document.head.appendChild(script);
  }

  window.venueRoom = function (data) {
    if (!wanted || data.map !== wanted.map) { return; }
    if (data.refused) {
      clearRoom();
      status('Nobody can enter ' + data.map + ': ' + data.refused + '.');
      return;
    }
    prepare(data);
    // While pictures load, somebody may have gone on to another map.
    var mine = wanted;
    images(data, function () { if (mine === wanted) { enter(data, mine.arrival); } });
  };

  // Decodes what a room holds as runs.
  function prepare(data) {
    data.layers.forEach(function (layer) {
      // Below zero is how often the number before it comes once more.
      var at = 0, cells = new Uint32Array(layer.cells.reduce(function (sum, n) { return sum + (n < 0 ? -n : 1); }, 0));
      layer.cells.forEach(function (n) {
        if (n < 0) { cells.fill(cells[at - 1], at, at -= n); } else { cells[at++] = n; }
      });
      layer.gids = cells;
      layer.height = Math.ceil(cells.length / layer.width);
    });
    data.walls = grid(data, data.walls);
    data.pathWalls = grid(data, data.path_walls);
    data.zones.forEach(function (zone) {
      zone.set = new Set();
      zone.cells.forEach(function (run) {
        for (var i = 0; i < run[2]; i++) { zone.set.add(run[0] * data.size[0] + run[1] + i); }
      });
    });
    data.zones.forEach(function (zone) { zone.kind = kindOf(zone); });
    // Furniture of the editor's is clicked, not entered.
    data.entities = data.zones.filter(function (zone) { return zone.holder === 'entity'; });
    data.zones = data.zones.filter(function (zone) { return zone.holder !== 'entity'; });
    data.groups = [];
    data.layers.forEach(function (layer) {
      var last = data.groups[data.groups.length - 1];
      var together = last && last.above === layer.above && String(last.parallax) === String(layer.parallax);
      if (!together) {
        last = { above: layer.above, parallax: layer.parallax, layers: [], chunks: new Map() };
        data.groups.push(last);
      }
      last.layers.push(layer);
    });
    data.reach = data.tilesets.reduce(function (most, set) {
      return [Math.max(most[0], set.tile[0], Math.abs(set.offset[0]) + set.tile[0]),
        Math.max(most[1], set.tile[1], Math.abs(set.offset[1]) + set.tile[1])];
    }, data.tile.slice());
  }

  function grid(data, runs) {
    var cells = new Uint8Array(data.size[0] * data.size[1]);
    runs.reduce(function (at, count, index) {
      cells.fill(index % 2, at, at + count);
      return at + count;
    }, 0);
    return cells;
  }

  function images(data, done) {
    var left = data.tilesets.length;
    data.missing = [];
    if (!left) { done(); }
    data.tilesets.forEach(function (set) {
      var image = new Image();
      image.onload = function () { set.picture = image; if (!--left) { done(); } };
      image.onerror = function () { data.missing.push(set.image); if (!--left) { done(); } };
      // A picture that was saved anew has another address, or browsers show the old one.
      image.src = page.root + set.image + (version ? '?v=' + encodeURIComponent(version) : '');
    });
  }

  function clearRoom() {
    room = null;
    leaveAll();
    element('frames').replaceChildren();
  }

  function enter(data, arrival) {
    clearRoom();
    room = data;
    document.title = data.title + ' · ' + page.title;
    element('map').value = data.map;
    var keep = arrival.at;
    if (keep) {
      avatar.x = Math.max(8, Math.min(data.size[0] * data.tile[0] - 8, keep.x));
      avatar.y = Math.max(0, Math.min(data.size[1] * data.tile[1] - 16, keep.y));
    } else {
      arrive(arrival.entry);
    }
    path = [];
    camera.free = false;
    marked = null;
    lists();
    frames();
    link();
    var closed = data.findings.find(function (finding) { return finding.severity === 'error' && finding.message.indexOf('nobody can enter') >= 0; });
    if (data.missing.length) { status('Nobody can enter: missing ' + data.missing.join(', ') + '.'); } else { status(closed ? closed.message : ''); }
    arrivedOn = exitsHere();
    if (!keep && arrivedOn.some(function (zone) { return zone.holder !== 'editor'; })) {
      status('This entry lies on an exit: visitors are sent on at once, without an end.');
    }
    look();
    if (arrival.moveTo) { moveTo(arrival.moveTo); }
  }

  function entryCalled(name) {
    return room.entries.find(function (entry) {
      var called = entry.layer === null ? entry.name === name : entry.layer === name || entry.layer.endsWith('/' + name);
      return called && cellsOf(entry).length;
    });
  }

  // Of a layer that is an entry by no more than its name: where it has tiles.
  function cellsOf(entry) {
    var layer = entry.cells.length ? null : room.layers.find(function (layer) { return layer.name === entry.layer; });
    if (layer) { entry.cells = filled(layer); }
    return entry.cells;
  }

  function filled(layer) {
    var runs = [], last = null;
    layer.gids.forEach(function (gid, at) {
      var row = Math.floor(at / layer.width), column = at % layer.width;
      if (!(gid & ID)) { return; }
      if (last && last[0] === row && last[1] + last[2] === column) { last[2]++; } else { runs.push(last = [row, column, 1]); }
    });
    return runs;
  }

  function arrive(name) {
    var entry = name ? entryCalled(name) : null;
    if (name && !entry) { say('No entry is called “' + name + '”: visitors arrive at the start.'); }
    entry = entry || room.entries.find(function (entry) { return entry.default; });
    var runs = entry && entry.cells.length ? entry.cells : null;
    // The engine takes any of the cells; here it is always the middle one. Without any it has a place of its own.
    if (runs) { var cell = middle(runs); stand(cell[0], cell[1]); } else { avatar.x = room.size[0] * 16; avatar.y = room.size[1] * 16; }
  }

  function middle(runs) {
    var run = runs[runs.length >> 1];
    return [run[1] + (run[2] >> 1), run[0]];
  }

  function stand(column, row) {
    avatar.x = (column + 0.5) * room.tile[0];
    avatar.y = (row + 0.5) * room.tile[1];
  }

  // ---- Walking ----------------------------------------------------------------------------------

  function cellsUnder(x, y) {
    var tw = room.tile[0], th = room.tile[1], cells = [];
    var left = Math.floor((x - 8) / tw), right = Math.ceil((x + 8) / tw);
    var top = Math.floor(y / th), bottom = Math.ceil((y + 16) / th);
    for (var row = top; row < bottom; row++) {
      for (var column = left; column < right; column++) { cells.push([column, row]); }
    }
    return cells;
  }

  function blocked(cells, column, row) {
    return column < 0 || row < 0 || column >= room.size[0] || row >= room.size[1] ||
      cells[row * room.size[0] + column] === 1;
  }

  // Who stands in a wall may leave it, but enters no other.
  function free(x, y) {
    if (x < 8 || y < 0 || x + 8 > room.size[0] * room.tile[0] || y + 16 > room.size[1] * room.tile[1]) { return false; }
    var now = cellsUnder(avatar.x, avatar.y);
    return cellsUnder(x, y).every(function (cell) {
      return !blocked(room.walls, cell[0], cell[1]) ||
        now.some(function (own) { return own[0] === cell[0] && own[1] === cell[1]; });
    });
  }

  function step(dx, dy) {
    if (!dx && !dy) { return false; }
    if (Math.abs(dx) > Math.abs(dy)) { avatar.facing = dx < 0 ? 'left' : 'right'; } else { avatar.facing = dy < 0 ? 'up' : 'down'; }
    var moved = false;
    if (dx && free(avatar.x + dx, avatar.y)) { avatar.x += dx; moved = true; }
    if (dy && free(avatar.x, avatar.y + dy)) { avatar.y += dy; moved = true; }
    return moved;
  }

  function walk(seconds) {
    var dx = (keys.right ? 1 : 0) - (keys.left ? 1 : 0), dy = (keys.down ? 1 : 0) - (keys.up ? 1 : 0);
    var far = SPEED * seconds * (keys.run ? 2.2 : 1), moved = false;
    if (dx || dy) {
      path = [];
      var length = Math.hypot(dx, dy);
      // In small steps, so that nobody jumps over a wall after a slow frame.
      for (; far > 0; far -= 4) {
        moved = step(dx / length * Math.min(far, 4), dy / length * Math.min(far, 4)) || moved;
      }
    } else if (path.length) {
      for (; far > 0 && path.length; far -= 4) {
        var goal = path[0], gx = goal[0] - avatar.x, gy = goal[1] - avatar.y, left = Math.hypot(gx, gy);
        if (left <= 4) { avatar.x = goal[0]; avatar.y = goal[1]; path.shift(); moved = true; continue; }
        var stepped = step(gx / left * 4, gy / left * 4);
        if (!stepped || left - Math.hypot(goal[0] - avatar.x, goal[1] - avatar.y) < 0.5) {
          path = [];
          say('A wall stops you that path-finding does not see: its layer is hidden.');
        } else { moved = true; }
      }
    }
    avatar.moving = moved;
    if (moved) {
      avatar.step += seconds;
      camera.free = false;
      look();
    }
  }

  // The engine's way: eight directions, no corner cut, exits dear.
  function findPath(column, row) {
    var width = room.size[0], height = room.size[1];
    var from = [clamp(Math.floor(avatar.x / room.tile[0]), width), clamp(Math.floor(avatar.y / room.tile[1]), height)];
    if (blocked(room.pathWalls, column, row)) { return null; }
    var dear = new Set();
    room.zones.forEach(function (zone) {
      if (zone.holder !== 'area' && zone.kind === 'exit') { zone.set.forEach(function (cell) { dear.add(cell); }); }
    });
    var goal = row * width + column, start = from[1] * width + from[0];
    var cost = new Map([[start, 0]]), before = new Map(), heap = [[0, start]];
    function guess(cell) { return Math.max(Math.abs(cell % width - column), Math.abs(Math.floor(cell / width) - row)); }
    while (heap.length) {
      var cell = pop(heap)[1];
      if (cell === goal) {
        var way = [];
        for (; cell !== start; cell = before.get(cell)) { way.unshift(cell); }
        return way.map(function (cell) {
          return [(cell % width + 0.5) * room.tile[0], (Math.floor(cell / width) + 0.5) * room.tile[1]];
        });
      }
      var x = cell % width, y = Math.floor(cell / width);
      for (var dy = -1; dy <= 1; dy++) {
        for (var dx = -1; dx <= 1; dx++) {
          if (!dx && !dy || blocked(room.pathWalls, x + dx, y + dy)) { continue; }
          if (dx && dy && (blocked(room.pathWalls, x + dx, y) || blocked(room.pathWalls, x, y + dy))) { continue; }
          var next = (y + dy) * width + x + dx;
          var sum = cost.get(cell) + (dear.has(next) && next !== goal ? 100 : 1) * (dx && dy ? 1.4 : 1);
          if (!cost.has(next) || sum < cost.get(next)) {
            cost.set(next, sum); before.set(next, cell);
            push(heap, [sum + guess(next), next]);
          }
        }
      }
    }
    return null;
  }

  function clamp(value, length) { return Math.max(0, Math.min(length - 1, value)); }

  function push(heap, item) {
    heap.push(item);
    for (var i = heap.length - 1; i > 0;) {
      var parent = (i - 1) >> 1;
      if (heap[parent][0] <= heap[i][0]) { break; }
      var swap = heap[parent]; heap[parent] = heap[i]; heap[i] = swap; i = parent;
    }
  }

  function pop(heap) {
    var top = heap[0], last = heap.pop();
    if (heap.length) {
      heap[0] = last;
      for (var i = 0; ;) {
        var least = i, left = 2 * i + 1;
        if (left < heap.length && heap[left][0] < heap[least][0]) { least = left; }
        if (left + 1 < heap.length && heap[left + 1][0] < heap[least][0]) { least = left + 1; }
        if (least === i) { break; }
        var swap = heap[least]; heap[least] = heap[i]; heap[i] = swap; i = least;
      }
    }
    return top;
  }

  function goTo(x, y) {
    var column = Math.floor(x / room.tile[0]), row = Math.floor(y / room.tile[1]);
    var way = findPath(column, row);
    if (way) { path = way; camera.free = false; } else { say('There is no way there.'); }
  }

  // `#entry&moveTo=…`: an area, any object, a layer, or a place in pixels.
  function moveTo(name) {
    var place = /^(-?\d+),(-?\d+)$/.exec(name);
    if (place) { goTo(Number(place[1]), Number(place[2])); return; }
    var zone = room.zones.find(function (zone) { return zone.name === name; });
    var entry = room.entries.find(function (entry) { return entry.name === name && cellsOf(entry).length; });
    if (Object.prototype.hasOwnProperty.call(room.objects, name)) { goTo(room.objects[name][0], room.objects[name][1]); return; }
    if (zone || entry) {
      var spot = spotIn(zone || entry);
      goTo(spot[0], spot[1]);
      return;
    }
    say('Nothing here is called “' + name + '”.');
  }

  // Where in a zone an avatar stands best: the free place next to its middle, in pixels.
  function spotIn(zone) {
    var places = [], r = zone.rectangle, tw = room.tile[0], th = room.tile[1];
    if (r) {
      // Areas look for the feet. Steps of half a tile find every gap that an avatar fits into.
      for (var y = r[1] + Math.min(r[3] / 2, 8); y <= r[1] + r[3]; y += th / 2) {
        for (var x = r[0] + Math.min(r[2] / 2, 8); x <= r[0] + r[2]; x += tw / 2) { places.push([x, y - FEET]); }
      }
    } else {
      zone.cells.forEach(function (run) {
        for (var i = 0; i < run[2]; i++) { places.push([(run[1] + i + 0.5) * tw, (run[0] + 0.5) * th]); }
      });
    }
    var centre = places.reduce(function (sum, place) { return [sum[0] + place[0] / places.length, sum[1] + place[1] / places.length]; }, [0, 0]);
    function far(place) { return Math.hypot(place[0] - centre[0], place[1] - centre[1]); }
    places.sort(function (one, other) { return far(one) - far(other); });
    return places.find(function (place) {
      return cellsUnder(place[0], place[1]).every(function (cell) { return !blocked(room.walls, cell[0], cell[1]); });
    }) || places[0] || [room.size[0] * tw / 2, room.size[1] * th / 2];
  }

  // ---- What happens ------------------------------------------------------------------------------

  // Properties that act when their merged value changes; others act when a layer or area is entered.
  var BY_VALUE = ['openTab', 'jitsiRoom', 'bbbMeeting', 'exitSceneUrl', 'exitUrl', 'silent', 'playAudio', 'playAudioLoop', 'zone'];
  var BY_PLACE = ['openWebsite', 'focusable', 'speakerMegaphone', 'listenerMegaphone'];
  var cards = new Map();    // what happens now, by key
  var looks = 0;            // how often was looked

  function kindOf(zone) {
    var has = function (name) { return zone.properties[name] !== undefined && zone.properties[name] !== ''; };
    if (has('exitUrl') || has('exitSceneUrl')) { return 'exit'; }
    if (has('jitsiRoom') || has('bbbMeeting') || has('speakerMegaphone') || has('listenerMegaphone')) { return 'meeting'; }
    if (has('openWebsite') || has('openTab')) { return 'website'; }
    if (has('playAudio') || has('playAudioLoop')) { return 'sound'; }
    if (has('silent')) { return 'silent'; }
    return 'other';
  }

  function inside(zone) {
    if (zone.rectangle) {
      var r = zone.rectangle, y = avatar.y + FEET;
      return avatar.x >= r[0] && avatar.x <= r[0] + r[2] && y >= r[1] && y <= r[1] + r[3];
    }
    return zone.set.has(Math.floor(avatar.y / room.tile[1]) * room.size[0] + Math.floor(avatar.x / room.tile[0]));
  }

  function zonesHere() { return room.zones.filter(inside); }

  function exitsHere() {
    return zonesHere().filter(function (zone) { return zone.kind === 'exit'; });
  }

  // Meetings and sounds take an empty text for a name; nothing else does.
  function acts(name, value) {
    return /^(jitsiRoom|bbbMeeting|playAudio|playAudioLoop)$/.test(name) || value !== '' && value !== false;
  }

  // As the engine merges them: areas, then layer by layer from the bottom, each before its tile.
  function inOrder(zones) {
    var cell = Math.floor(avatar.y / room.tile[1]) * room.size[0] + Math.floor(avatar.x / room.tile[0]);
    function rank(zone) {
      if (zone.rectangle) { return -1; }
      for (var i = room.layers.length - 1; i >= 0; i--) {
        if (zone.gid ? room.layers[i].gids[cell] === zone.gid : room.layers[i].name === zone.name) { return 2 * i + (zone.gid ? 1 : 0); }
      }
      return 0;
    }
    return zones.map(function (zone, index) { return [rank(zone), index, zone]; })
      .sort(function (one, other) { return one[0] - other[0] || one[1] - other[1]; })
      .map(function (ranked) { return ranked[2]; });
  }

  // Where the avatar is now: leaves what it left, enters what it entered.
  function look() {
    var here = inOrder(zonesHere()), merged = {}, now = new Map();
    arrivedOn = arrivedOn.filter(inside);
    here.forEach(function (zone) {
      if (zone.holder === 'editor') { return; }
      Object.keys(zone.properties).forEach(function (name) {
        merged[name] = { value: zone.properties[name], zone: zone };
      });
    });
    var properties = {};
    Object.keys(merged).forEach(function (name) { properties[name] = merged[name].value; });
    BY_VALUE.forEach(function (name) {
      var found = merged[name];
      if (found && acts(name, found.value)) {
        now.set(name + ' ' + found.value, { name: name, zone: found.zone, properties: properties });
      }
    });
    here.forEach(function (zone) {
      var names = zone.holder === 'editor' ? BY_VALUE.concat(BY_PLACE, 'says') : zone.holder === 'tile' ? [] : BY_PLACE;
      names.forEach(function (name) {
        var value = zone.properties[name];
        if (value === undefined || !acts(name, value)) { return; }
        now.set(name + ' of ' + room.zones.indexOf(zone), { name: name, zone: zone, properties: zone.properties });
      });
    });
    Array.from(cards.keys()).forEach(function (key) { if (!now.has(key)) { leave(key); } });
    // An exit within the room carries the visitor away: what was found before is not here any more.
    var turn = ++looks;
    Array.from(now.keys()).forEach(function (key) { if (turn === looks && !cards.has(key)) { happen(key, now.get(key)); } });
    position();
  }

  // What a click on furniture does; it goes when the avatar does.
  function click(entity) {
    BY_VALUE.concat(BY_PLACE, 'says').forEach(function (name) {
      var key = name + ' of entity ' + room.entities.indexOf(entity), value = entity.properties[name];
      if (value === undefined || !acts(name, value) || cards.has(key)) { return; }
      happen(key, { name: name, zone: entity, properties: entity.properties });
    });
  }

  function entityAt(x, y) {
    return room.entities.find(function (entity) {
      var r = entity.rectangle;
      return acting(entity) && x >= r[0] && x < r[0] + r[2] && y >= r[1] && y < r[1] + r[3];
    });
  }

  function acting(entity) { return Object.keys(entity.properties).length > 0; }

  function leaveAll() { Array.from(cards.keys()).forEach(leave); }

  function leave(key) {
    var card = cards.get(key);
    cards.delete(key);
    if (card && card.node) { card.node.remove(); }
    element('nothing').hidden = cards.size > 0;
    if (!cards.size) { say(''); }
  }

  function happen(key, what) {
    var value = what.zone.properties[what.name], told = what.zone.happenings[what.name] || {};
    var properties = what.properties, name = what.zone.name;
    var card = { node: null, act: null };
    cards.set(key, card);
    if (what.name === 'exitUrl' || what.name === 'exitSceneUrl') {
      if (arrivedOn.indexOf(what.zone) >= 0) { return; }
      if (told.to) { travel(told.to, told.entry); return; }
      show(card, 'exit', 'Exit', told.note || 'leads to ' + value, name);
      return;
    }
    switch (what.name) {
      case 'openWebsite':
        if (TRIGGERS.indexOf(properties.openWebsiteTrigger) < 0) {
          show(card, 'website', 'Website', 'It never opens: nothing is triggered by “' + properties.openWebsiteTrigger + '”.', name);
          break;
        }
        offer(card, 'website', 'Website', properties.openWebsiteTrigger, properties.openWebsiteTriggerMessage, name, told,
          function () { if (told.url) { frame(card, told.url); } });
        break;
      case 'openTab':
        offer(card, 'website', 'Opens a new tab', properties.openWebsiteTrigger, properties.openWebsiteTriggerMessage, name, told,
          function () { if (told.url) { anchor(card, told.url, 'Open ' + told.url); } });
        break;
      case 'jitsiRoom':
        offer(card, 'meeting', 'Jitsi meeting', properties.jitsiTrigger, properties.jitsiTriggerMessage, name, told, function () {
          line(card, told.meeting ? 'Room “' + told.meeting + '”' : 'Room “' + value + '”');
          if (told.url) { anchor(card, told.url, 'Join at ' + told.url); }
        });
        break;
      case 'bbbMeeting':
        show(card, 'meeting', 'BigBlueButton meeting', 'Meeting “' + value + '”', name);
        break;
      case 'playAudio':
      case 'playAudioLoop':
        show(card, 'sound', 'Sound', value, name);
        sound(card, told.url, what.name === 'playAudioLoop' || Boolean(properties.audioLoop), properties.audioVolume);
        break;
      case 'silent': show(card, 'silent', 'Silent zone', 'No conversations start here.', name); break;
      case 'focusable': show(card, 'other', 'Camera', 'The view centres on this place.', name); break;
      case 'speakerMegaphone': show(card, 'meeting', 'Podium', 'Who stands here is seen and heard by the audience of “' + value + '”.', name); break;
      case 'listenerMegaphone': show(card, 'meeting', 'Audience', 'Who stands here sees and hears the podium “' + value + '”.', name); break;
      case 'zone': show(card, 'other', 'Script', 'Scripts are told that a visitor is in “' + value + '”.', name); break;
      case 'says': show(card, 'other', 'Here', String(value), name); break;
    }
  }

  // What makes a website open; `onaction` alone waits for SPACE.
  var TRIGGERS = [undefined, '', 'onenter', 'onicon', 'onaction'];

  // A trigger that waits for SPACE shows its message first.
  function offer(card, kind, title, trigger, message, name, told, open) {
    show(card, kind, title, told.note || '', name);
    if (trigger !== 'onaction') { open(); return; }
    var button = document.createElement('button');
    button.type = 'button';
    button.textContent = message || 'Press SPACE or touch here to open';
    card.act = function () { button.remove(); card.act = null; open(); };
    button.addEventListener('click', function () { card.act(); canvas.focus(); });
    card.node.appendChild(button);
    say(title + ': ' + button.textContent);
  }

  function show(card, kind, title, text, name) {
    var node = document.createElement('article');
    node.className = 'card ' + kind;
    var head = document.createElement('h3');
    head.textContent = title;
    var where = document.createElement('small');
    where.textContent = name;
    head.append(' ', where);
    node.appendChild(head);
    card.node = node;
    if (text) { line(card, text); }
    element('here').appendChild(node);
    element('nothing').hidden = true;
    say(title + (text ? ': ' + text : '') + ' (' + name + ')');
  }

  function line(card, text) {
    var paragraph = document.createElement('p');
    paragraph.textContent = text;
    card.node.appendChild(paragraph);
  }

  // Only pages of the web and of the venue: a map may hold anything.
  function safe(url) {
    if (!url) { return null; }
    try {
      var absolute = new URL(/^[a-z][a-z0-9+.-]*:|^\/\//i.test(url) ? url : page.root + url, location.href);
      var own = absolute.protocol === location.protocol && absolute.host === location.host;
      return own || absolute.protocol === 'https:' || absolute.protocol === 'http:' ? { url: absolute.href, own: own } : null;
    } catch (error) { return null; }
  }

  function frame(card, url) {
    var target = safe(url);
    if (!target) { line(card, 'No page opens: ' + url); return; }
    var node = document.createElement('iframe');
    // Pages of the venue run without its origin, as scripts of the walk do not concern them.
    node.setAttribute('sandbox', 'allow-scripts allow-forms allow-popups' + (target.own ? '' : ' allow-same-origin'));
    node.title = 'Website ' + url;
    node.src = target.url;
    card.node.appendChild(node);
    anchor(card, url, url);
  }

  function anchor(card, url, text) {
    var target = safe(url);
    if (!target) { line(card, 'No page opens: ' + url); return; }
    var node = document.createElement('a');
    node.href = target.url; node.target = '_blank'; node.rel = 'noopener noreferrer'; node.textContent = text;
    card.node.appendChild(node);
  }

  function sound(card, url, loop, volume) {
    var target = safe(url);
    if (!target) { return; }
    var node = document.createElement('audio');
    node.controls = true; node.loop = loop; node.src = target.url;
    // The engine takes 0 for no volume given.
    if (typeof volume === 'number' && volume) { node.volume = Math.max(0, Math.min(1, volume)); }
    card.node.appendChild(node);
    var playing = node.play();
    if (playing) { playing.catch(function () { /* browsers want a click first; the controls are there */ }); }
  }

  function travel(map, entry) {
    path = [];
    if (map !== room.map) { load(map, { entry: entry }); remember(map, entry); return; }
    arrive(entry);
    arrivedOn = exitsHere();
    remember(map, entry);
    leaveAll();
    look();
  }

  // ---- Drawing ------------------------------------------------------------------------------------

  function tilesetOf(id) {
    var sets = room.tilesets, low = 0, high = sets.length;
    while (low < high) {
      var mid = (low + high) >> 1;
      if (sets[mid].first <= id) { low = mid + 1; } else { high = mid; }
    }
    return sets[low - 1];
  }

  function frameOf(frames, time) {
    var total = frames.reduce(function (sum, frame) { return sum + frame[1]; }, 0), at = time % total;
    for (var i = 0; i < frames.length; i++) {
      at -= frames[i][1];
      if (at < 0) { return i; }
    }
    return 0;
  }

  function drawTile(target, gid, x, y, time, animated) {
    var id = gid & ID, set = tilesetOf(id);
    if (!id || !set || !set.picture) { return; }
    var tile = id - set.first, frames = set.animations[tile];
    if (frames) { animated.push(frames); tile = frames[frameOf(frames, time)][0]; }
    var columns = set.grid[0];
    if (!columns || tile >= columns * set.grid[1]) { return; }
    var w = set.tile[0], h = set.tile[1];
    var sx = set.margin + (tile % columns) * (w + set.spacing), sy = set.margin + Math.floor(tile / columns) * (h + set.spacing);
    // Anchored at the bottom left of its cell.
    var dx = x + set.offset[0], dy = y + room.tile[1] - h + set.offset[1];
    var flags = gid & ~ID;
    if (!flags) { target.drawImage(set.picture, sx, sy, w, h, dx, dy, w, h); return; }
    target.save();
    target.translate(dx + w / 2, dy + h / 2);
    target.scale(gid & FLIP_X ? -1 : 1, gid & FLIP_Y ? -1 : 1);
    if (gid & FLIP_DIAGONAL) { target.transform(0, 1, 1, 0, 0, 0); }
    target.drawImage(set.picture, sx, sy, w, h, -w / 2, -h / 2, w, h);
    target.restore();
  }

  function drawChunk(group, cx, cy, chunk, time) {
    var tw = room.tile[0], th = room.tile[1], target = chunk.canvas.getContext('2d');
    var left = cx * CHUNK, top = cy * CHUNK;
    target.clearRect(0, 0, CHUNK, CHUNK);
    target.imageSmoothingEnabled = false;
    chunk.animated = [];
    group.layers.forEach(function (layer) {
      if (!layer.visible) { return; }
      target.globalAlpha = layer.opacity;
      var first = [Math.max(0, Math.floor((left - room.reach[0]) / tw)), Math.max(0, Math.floor((top - room.reach[1]) / th))];
      var last = [Math.min(layer.width, Math.ceil((left + CHUNK + room.reach[0]) / tw)),
        Math.min(layer.height, Math.ceil((top + CHUNK + room.reach[1]) / th))];
      for (var row = first[1]; row < last[1]; row++) {
        for (var column = first[0]; column < last[0]; column++) {
          var gid = layer.gids[row * layer.width + column];
          if (gid) { drawTile(target, gid, column * tw - left, row * th - top, time, chunk.animated); }
        }
      }
    });
    target.globalAlpha = 1;
    chunk.frames = stamp(chunk, time);
  }

  function stamp(chunk, time) {
    return chunk.animated.map(function (frames) { return frameOf(frames, time); }).join();
  }

  function drawGroup(group, view, time) {
    // With the view at (x, y), a layer that moves half as far lies half of that further on.
    var shift = [view.left * (1 - group.parallax[0]), view.top * (1 - group.parallax[1])];
    var width = Math.max(room.size[0], group.layers[0].width) * room.tile[0] + room.reach[0];
    var height = Math.max(room.size[1], group.layers[0].height) * room.tile[1] + room.reach[1];
    var left = Math.max(-1, Math.floor((view.left - shift[0]) / CHUNK)), top = Math.max(-1, Math.floor((view.top - shift[1]) / CHUNK));
    for (var cy = top; cy * CHUNK < view.bottom - shift[1] && cy * CHUNK < height; cy++) {
      for (var cx = left; cx * CHUNK < view.right - shift[0] && cx * CHUNK < width; cx++) {
        var key = cx + ' ' + cy, chunk = group.chunks.get(key);
        if (!chunk) {
          chunk = { canvas: document.createElement('canvas'), animated: [], frames: '' };
          chunk.canvas.width = chunk.canvas.height = CHUNK;
          drawChunk(group, cx, cy, chunk, time);
        } else if (chunk.animated.length && stamp(chunk, time) !== chunk.frames) {
          drawChunk(group, cx, cy, chunk, time);
        }
        group.chunks.delete(key);
        group.chunks.set(key, chunk);
        context.drawImage(chunk.canvas, cx * CHUNK + shift[0], cy * CHUNK + shift[1]);
      }
    }
    while (group.chunks.size > MOST_CHUNKS) { group.chunks.delete(group.chunks.keys().next().value); }
  }

  // A small person of our own: 16 x 24 blocks of colour, feet at the lower edge of the cell.
  function drawAvatar() {
    var swing = avatar.moving ? [0, 1, 0, -1][Math.floor(avatar.step * 8) % 4] : 0;
    var x = Math.round(avatar.x) - 8, y = Math.round(avatar.y) - 10, side = avatar.facing === 'left' || avatar.facing === 'right';
    function block(color, bx, by, w, h) { context.fillStyle = color; context.fillRect(x + bx, y + by, w, h); }
    context.fillStyle = 'rgba(0, 0, 0, 0.25)';
    context.beginPath(); context.ellipse(x + 8, y + 25, 7, 2.5, 0, 0, 7); context.fill();
    block('#2b2d42', 4, 20 - Math.max(0, swing), 3, 5); block('#2b2d42', 9, 20 - Math.max(0, -swing), 3, 5);
    block('#1d6fa5', 3, 12, 10, 9); block('#175a87', 3, 19, 10, 2);
    block('#1d6fa5', 1, 13 + Math.max(0, swing), 2, 6); block('#1d6fa5', 13, 13 + Math.max(0, -swing), 2, 6);
    block('#f1c9a5', 3, 2, 10, 10);
    block('#5a3825', 2, 0, 12, 4);
    if (avatar.facing === 'up') { block('#5a3825', 2, 2, 12, 8); return; }
    block('#5a3825', avatar.facing === 'right' ? 2 : 12, 3, 2, 5); if (!side) { block('#5a3825', 2, 3, 2, 5); }
    if (avatar.facing !== 'left') { block('#2b2d42', side ? 10 : 9, 6, 2, 2); }
    if (avatar.facing !== 'right') { block('#2b2d42', side ? 4 : 5, 6, 2, 2); }
  }

  function drawTexts() {
    room.texts.forEach(function (text) {
      context.save();
      context.translate(text.position[0], text.position[1]);
      context.rotate(text.rotation * Math.PI / 180);
      context.fillStyle = text.color;
      context.font = (text.italic ? 'italic ' : '') + text.size + 'px "' + text.font.replace(/["\\]/g, '') + '", sans-serif';
      context.textBaseline = 'top';
      var y = 0, x = 0;
      if (text.wrap && (text.align === 'center' || text.align === 'right')) {
        context.textAlign = text.align;
        x = text.align === 'center' ? text.wrap / 2 : text.wrap;
      }
      text.text.split('\n').forEach(function (paragraph) {
        var row = '';
        paragraph.split(' ').forEach(function (word) {
          var longer = row ? row + ' ' + word : word;
          if (text.wrap && row && context.measureText(longer).width > text.wrap) {
            context.fillText(row, x, y); y += text.size * 1.2; row = word;
          } else { row = longer; }
        });
        context.fillText(row, x, y); y += text.size * 1.2;
      });
      context.restore();
    });
  }

  function outline(style, x, y, w, h, label) {
    context.fillStyle = style[0]; context.globalAlpha = 0.28; context.fillRect(x, y, w, h);
    context.globalAlpha = 1; context.strokeStyle = style[0]; context.lineWidth = 2; context.setLineDash(style[1]);
    context.strokeRect(x + 1, y + 1, Math.max(0, w - 2), Math.max(0, h - 2));
    context.setLineDash([]);
    if (label) { names.push([label, x, y, style[0]]); }
  }

  var names = [];           // labels of overlays, drawn last

  function outlineZone(zone, kind, label) {
    var tw = room.tile[0], th = room.tile[1];
    if (zone.rectangle) { outline(STYLES[kind], zone.rectangle[0], zone.rectangle[1], zone.rectangle[2], zone.rectangle[3], label); return; }
    zone.cells.forEach(function (run, index) { outline(STYLES[kind], run[1] * tw, run[0] * th, run[2] * tw, th, index ? null : label); });
  }

  function drawOverlays() {
    var tw = room.tile[0], th = room.tile[1];
    names = [];
    if (shown.walls) {
      context.fillStyle = 'rgba(0, 0, 0, 0.45)';
      for (var i = 0; i < room.walls.length; i++) {
        if (room.walls[i]) { context.fillRect(i % room.size[0] * tw + 2, Math.floor(i / room.size[0]) * th + 2, tw - 4, th - 4); }
      }
    }
    // Its picture lies on a server of WorkAdventure's: here it is a frame.
    room.entities.forEach(function (entity) {
      if (acting(entity) || shown.zones) { outlineZone(entity, acting(entity) ? entity.kind : 'other', shown.zones ? entity.name : null); }
    });
    if (shown.zones) { room.zones.forEach(function (zone) { outlineZone(zone, zone.kind, zone.name); }); }
    if (shown.entries) {
      room.entries.filter(meant).forEach(function (entry) { outlineZone(entry, 'entry', '#' + entry.name); });
    }
    if (shown.findings) {
      room.findings.filter(function (finding) { return finding.area; }).forEach(function (finding) {
        outline(STYLES[finding.severity], finding.area.x * tw, finding.area.y * th, finding.area.width * tw, finding.area.height * th, finding.rule);
      });
    }
    if (marked) { outline(STYLES.warning, marked[0], marked[1], marked[2], marked[3], marked[4]); }
    context.font = '11px system-ui, sans-serif';
    context.textBaseline = 'middle';
    names.forEach(function (name) {
      var width = context.measureText(name[0]).width + 8;
      context.fillStyle = 'rgba(255, 255, 255, 0.9)'; context.fillRect(name[1], name[2], width, 15);
      context.fillStyle = name[3]; context.fillRect(name[1], name[2] + 15, width, 2);
      context.fillStyle = '#111'; context.fillText(name[0], name[1] + 4, name[2] + 8);
    });
  }

  function draw(time) {
    var ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#16161d'; context.fillRect(0, 0, canvas.width, canvas.height);
    if (!room) { return; }
    if (!camera.free) { camera.x = avatar.x; camera.y = avatar.y; }
    var zoom = camera.zoom, half = [width / zoom / 2, height / zoom / 2];
    var full = [room.size[0] * room.tile[0], room.size[1] * room.tile[1]];
    var middle = [0, 1].map(function (axis) {
      var at = axis ? camera.y : camera.x;
      return full[axis] <= 2 * half[axis] ? full[axis] / 2 : Math.max(half[axis], Math.min(full[axis] - half[axis], at));
    });
    var view = { left: middle[0] - half[0], top: middle[1] - half[1], right: middle[0] + half[0], bottom: middle[1] + half[1] };
    camera.view = view;
    context.setTransform(zoom * ratio, 0, 0, zoom * ratio, Math.round(-view.left * zoom * ratio), Math.round(-view.top * zoom * ratio));
    context.imageSmoothingEnabled = false;
    room.groups.forEach(function (group) { if (!group.above) { drawGroup(group, view, time); } });
    drawTexts();
    drawAvatar();
    room.groups.forEach(function (group) { if (group.above) { drawGroup(group, view, time); } });
    drawOverlays();
    placeFrames(view, zoom);
  }

  // Pages that lie on the map.
  function frames() {
    room.websites.forEach(function (website) {
      var target = safe(website.url);
      if (!target) { return; }
      var node = document.createElement('iframe');
      node.setAttribute('sandbox', 'allow-scripts allow-forms allow-popups' + (target.own ? '' : ' allow-same-origin'));
      node.title = website.name || website.url;
      node.loading = 'lazy'; node.tabIndex = -1;
      node.src = target.url;
      node.place = website.rectangle;
      element('frames').appendChild(node);
    });
  }

  function placeFrames(view, zoom) {
    Array.from(element('frames').children).forEach(function (node) {
      var r = node.place;
      node.style.width = r[2] + 'px'; node.style.height = r[3] + 'px';
      node.style.transform = 'translate(' + (r[0] - view.left) * zoom + 'px, ' + (r[1] - view.top) * zoom + 'px) scale(' + zoom + ')';
    });
  }

  // ---- The page around -----------------------------------------------------------------------------

  function status(text) { element('status').textContent = text; element('status').hidden = !text; }

  function say(text) { element('said').textContent = text; }

  function position() {
    var cell = [Math.floor(avatar.x / room.tile[0]), Math.floor(avatar.y / room.tile[1])];
    element('position').textContent = room.map + '  (' + cell[0] + ', ' + cell[1] + ')';
  }

  function link() {
    var node = element('open');
    node.hidden = !room.link;
    if (room.link) { node.href = room.link; }
  }

  function meant(entry) { return (entry.declared || entry.default) && entry.cells.length > 0; }

  function item(list, text, kind, detail, act) {
    var row = document.createElement('li'), button = document.createElement('button');
    button.type = 'button'; button.className = kind; button.textContent = text;
    if (detail) { var small = document.createElement('small'); small.textContent = detail; button.append(' ', small); }
    button.addEventListener('click', act);
    row.appendChild(button); list.appendChild(row);
  }

  function lists() {
    var entries = element('entries'), zones = element('zones'), findings = element('findings');
    [entries, zones, findings].forEach(function (list) { list.replaceChildren(); });
    room.entries.filter(meant).forEach(function (entry) {
      item(entries, '#' + entry.name, 'entry', entry.default ? 'start' : '', function () { travel(room.map, entry.name); canvas.focus(); });
    });
    room.zones.forEach(function (zone) {
      item(zones, zone.name || '(no name)', zone.kind, zone.kind, function () {
        var spot = spotIn(zone);
        avatar.x = spot[0]; avatar.y = spot[1];
        path = []; camera.free = false; arrivedOn = exitsHere();
        look(); canvas.focus();
      });
    });
    room.entities.filter(acting).forEach(function (entity) {
      item(zones, entity.name || '(no name)', entity.kind, 'click', function () {
        var spot = spotIn(entity);
        avatar.x = spot[0]; avatar.y = spot[1];
        path = []; camera.free = false; arrivedOn = exitsHere();
        look(); click(entity); canvas.focus();
      });
    });
    room.findings.forEach(function (finding) {
      item(findings, finding.message, finding.severity, finding.rule + (finding.help ? ' · ' + finding.help : '') + ' · ' + finding.at, function () {
        if (!finding.area) { say('This finding has no place on the map.'); return; }
        var tw = room.tile[0], th = room.tile[1], area = finding.area;
        marked = [area.x * tw, area.y * th, area.width * tw, area.height * th, finding.rule];
        camera.free = true;
        camera.x = marked[0] + marked[2] / 2; camera.y = marked[1] + marked[3] / 2;
      });
    });
    element('no-findings').hidden = room.findings.length > 0;
    element('count').textContent = room.findings.length ? '(' + room.findings.length + ')' : '';
    filter();
  }

  function filter() {
    var text = element('filter').value.trim().toLowerCase();
    ['entries', 'zones'].forEach(function (id) {
      Array.from(element(id).children).forEach(function (row) { row.hidden = row.textContent.toLowerCase().indexOf(text) < 0; });
    });
  }

  function arrival() {
    var hash = location.hash.replace(/^#/, ''), parts = hash.split('&'), moveTo = null;
    parts.forEach(function (part) { if (part.indexOf('moveTo=') === 0) { moveTo = decode(part.slice(7)); } });
    var zoom = parts.find(function (part) { return /^zoom=[0-9.]+$/.test(part); });
    if (zoom) { camera.zoom = Math.max(FARTHEST, Math.min(4, Number(zoom.slice(5)) || 1)); }
    return { entry: parts.find(function (part) { return part && part.indexOf('=') < 0; }), moveTo: moveTo };
  }

  function decode(text) { try { return decodeURIComponent(text.replace(/\+/g, ' ')); } catch (error) { return text; } }

  function remember(map, entry) {
    var address = '?map=' + map.split('/').map(encodeURIComponent).join('/') + (entry ? '#' + entry : '');
    // Pages from disk may not change their address in some browsers.
    try { history.pushState(null, '', address); } catch (error) { /* the walk goes on */ }
  }

  function mapAsked() {
    var asked = new URLSearchParams(location.search).get('map');
    return page.maps.some(function (map) { return map.map === asked; }) ? asked : page.entry;
  }

  var DIRECTIONS = {
    ArrowUp: 'up', KeyW: 'up', ArrowDown: 'down', KeyS: 'down', ArrowLeft: 'left', KeyA: 'left', ArrowRight: 'right', KeyD: 'right',
    ShiftLeft: 'run', ShiftRight: 'run'
  };

  function typing(event) { return /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName); }

  window.addEventListener('keydown', function (event) {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || !room) { return; }
    var direction = DIRECTIONS[event.code];
    if (direction) { keys[direction] = true; if (direction !== 'run') { event.preventDefault(); } return; }
    if (event.code === 'Space' && event.target.tagName !== 'BUTTON') {
      event.preventDefault();
      var waiting = Array.from(cards.values()).reverse().find(function (card) { return card.act; });
      if (waiting) { waiting.act(); }
    }
  });
  window.addEventListener('keyup', function (event) { var direction = DIRECTIONS[event.code]; if (direction) { keys[direction] = false; } });
  window.addEventListener('blur', function () { keys = {}; });

  canvas.addEventListener('click', function (event) {
    canvas.focus();
    if (!room || !camera.view) { return; }
    var box = canvas.getBoundingClientRect();
    var x = camera.view.left + (event.clientX - box.left) / camera.zoom, y = camera.view.top + (event.clientY - box.top) / camera.zoom;
    var entity = entityAt(x, y);
    if (entity) { click(entity); } else { goTo(x, y); }
  });
  canvas.addEventListener('wheel', function (event) {
    event.preventDefault();
    zoomBy(event.deltaY < 0 ? 1.2 : 1 / 1.2);
  }, { passive: false });

  function zoomBy(factor) { camera.zoom = Math.max(FARTHEST, Math.min(4, camera.zoom * factor)); }

  element('closer').addEventListener('click', function () { zoomBy(1.4); });
  element('farther').addEventListener('click', function () { zoomBy(1 / 1.4); });
  element('filter').addEventListener('input', filter);
  Object.keys(shown).forEach(function (name) {
    element('show-' + name).addEventListener('change', function (event) { shown[name] = event.target.checked; });
  });
  element('map').addEventListener('change', function (event) {
    remember(event.target.value, null);
    load(event.target.value, {});
    canvas.focus();
  });
  window.addEventListener('popstate', function () { load(mapAsked(), arrival()); });
  window.addEventListener('hashchange', function () {
    if (room && room.map === mapAsked()) { arrive(arrival().entry); arrivedOn = exitsHere(); look(); if (arrival().moveTo) { moveTo(arrival().moveTo); } }
  });

  page.maps.forEach(function (map) {
    var option = document.createElement('option');
    var alone = page.maps.every(function (other) { return other === map || other.title !== map.title; });
    option.value = map.map; option.textContent = alone ? map.title : map.title + ' (' + map.map + ')';
    element('map').appendChild(option);
  });

  // A server tells when a file has changed: the room is read again, and the visitor stays.
  if (page.changes) {
    listen();
  }

  // The server says its version at once and at every change. A page that nobody looks at does not listen:
  // browsers keep few connections to one server.
  function listen() {
    var stream = null, known = null;
    function open() {
      if (document.hidden) { if (stream) { stream.close(); stream = null; } return; }
      if (stream) { return; }
      stream = new EventSource(page.changes);
      stream.addEventListener('version', function (event) {
        if (known !== null && known !== event.data) {
          version = event.data;
          if (wanted) { load(wanted.map, room && room.map === wanted.map ? { at: { x: avatar.x, y: avatar.y } } : wanted.arrival); }
        }
        known = event.data;
      });
    }
    document.addEventListener('visibilitychange', open);
    open();
  }

  var last = 0;
  function tick(time) {
    if (room) { walk(Math.min(0.1, (time - last) / 1000)); }
    last = time;
    draw(time);
    requestAnimationFrame(tick);
  }

  camera.zoom = Math.min(window.innerWidth, window.innerHeight) < 600 ? 1.25 : 1.5;
  load(mapAsked(), arrival());
  requestAnimationFrame(tick);
  canvas.focus();
})();
