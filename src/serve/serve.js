// Loads the page anew when the server has another version. A page that nobody looks at does not listen:
// browsers keep few connections to one server.
(function () {
  'use strict';
  var stream = null, known = null;
  function listen() {
    if (document.hidden) { if (stream) { stream.close(); stream = null; } return; }
    if (stream) { return; }
    stream = new EventSource('/_venue/changes');
    stream.addEventListener('version', function (event) {
      if (known !== null && known !== event.data) { location.reload(); }
      known = event.data;
    });
  }
  document.addEventListener('visibilitychange', listen);
  listen();
})();
