(() => {
  const cases = [...document.querySelectorAll(".case")];
  const kind = document.getElementById("kind");
  const outcome = document.getElementById("outcome");
  const words = document.getElementById("words");
  const count = document.getElementById("count");
  const show = () => {
    const wanted = words.value.trim().toLowerCase();
    let shown = 0;
    for (const entry of cases) {
      const fits =
        (!kind.value || entry.dataset.kind === kind.value) &&
        (!outcome.value || entry.dataset.outcome === outcome.value ||
          (outcome.value === "not right" && entry.dataset.outcome !== "right") ||
          (outcome.value === "with problems" && entry.dataset.problems !== "0")) &&
        (!wanted || entry.textContent.toLowerCase().includes(wanted));
      entry.classList.toggle("hidden", !fits);
      shown += fits;
    }
    count.textContent = `${shown} of ${cases.length} cases`;
  };
  for (const control of [kind, outcome, words]) control.addEventListener("input", show);
  document.getElementById("open").addEventListener("click", () => {
    const shown = cases.filter((entry) => !entry.classList.contains("hidden"));
    const open = shown.some((entry) => !entry.open);
    for (const entry of shown) entry.open = open;
  });
  show();
})();
