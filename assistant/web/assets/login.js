// Say so when a login was wrong.
if (location.search.startsWith("?wrong")) document.getElementById("wrong").hidden = false;
