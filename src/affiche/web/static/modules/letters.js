/* Letters that only people use: their slices of type are fetched once the page and the pictures in
   sight are there, so that they take nothing from those. */

const sheet = document.getElementById("letters");

function show() {
  sheet.media = "all";
}

if (document.readyState === "complete") show();
else addEventListener("load", show, { once: true });
