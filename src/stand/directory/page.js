// Filters the stands as somebody types, and shows which card belongs to which place on the plan.
(function () {
  'use strict';
  var cards = Array.from(document.querySelectorAll('.stand'));
  var search = document.getElementById('-search');
  var found = document.getElementById('-found');
  var spots = new Map();
  document.querySelectorAll('.spot').forEach(function (spot) {
    spots.set(spot.getAttribute('href').slice(1), spot);
  });
  // Letters as people type them: no accents, no capitals.
  function plain(text) {
    return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  }
  function show() {
    var words = plain(search.value).split(/\s+/).filter(Boolean);
    var count = 0;
    cards.forEach(function (card) {
      var text = plain(card.dataset.words);
      var fits = words.every(function (word) { return text.includes(word); });
      card.hidden = !fits;
      count += fits;
      var spot = spots.get(card.id);
      if (spot) spot.classList.toggle('out', !fits);
    });
    found.value = words.length ? count + ' of ' + cards.length + ' stands' : cards.length + ' stands';
  }
  function lit(id, on) {
    [document.getElementById(id), spots.get(id)].forEach(function (one) {
      if (one) one.classList.toggle('lit', on);
    });
  }
  function together(element, id) {
    element.addEventListener('pointerenter', function () { lit(id, true); });
    element.addEventListener('pointerleave', function () { lit(id, false); });
    element.addEventListener('focusin', function () { lit(id, true); });
    element.addEventListener('focusout', function () { lit(id, false); });
  }
  cards.forEach(function (card) { together(card, card.id); });
  spots.forEach(function (spot, id) {
    together(spot, id);
    // A stand that the search left out is shown when somebody asks for it on the plan.
    spot.addEventListener('click', function () {
      if (document.getElementById(id).hidden) { search.value = ''; show(); }
    });
  });
  // A plan that is wider than the screen begins where the stands are.
  var first = document.querySelector('.spot rect'), plan = document.querySelector('section');
  if (first) { plan.scrollLeft += first.getBoundingClientRect().left - plan.getBoundingClientRect().left - 24; }
  search.closest('p').hidden = false;
  search.addEventListener('input', show);
  show();
})();
