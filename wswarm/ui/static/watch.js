"use strict";

function watch(page) {
  const part = (name) => document.getElementById(name);
  const follow = async () => {
    let told;
    try {
      told = await (await fetch("/progress")).json();
    } catch {
      part("state").textContent = "not reachable";
      setTimeout(follow, 2000);
      return;
    }
    if (told.state === "none") return;
    const lines = part("lines");
    const isAtEnd = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 30;
    lines.textContent = told.lines.join("\n");
    if (isAtEnd) lines.scrollTop = lines.scrollHeight;
    part("state").textContent = told.state;
    part("elapsed").textContent = told.elapsed;
    page.dataset.state = told.state;
    const live = part("live");
    if (told.is_live && live.hidden) {
      live.hidden = false;
      live.src = "/live";
    }
    if (told.state !== "ended") {
      setTimeout(follow, 1000);
      return;
    }
    part("state").className = `badge ${told.code === 0 ? "valid" : "invalid"}`;
    part("meaning").textContent = `exit code ${told.code}: ${told.meaning}`;
    part("stop").hidden = true;
    if (told.report) {
      part("report").href = told.report;
      part("report").hidden = false;
    }
  };
  if (page.dataset.state !== "ended") setTimeout(follow, 500);
}

const watched = document.getElementById("watch");
if (watched) watch(watched);
