// Starts the editor, and says so when it cannot. A file of its own: the page's policy refuses scripts inside it.
import init from "./millstream_web.js";

const wait = document.getElementById("wait");
const told = document.getElementById("told");

// The editor calls these two.
window.millstreamReady = () => {
  wait.hidden = true;
};
window.millstreamStopped = (why) => {
  told.textContent =
    `The editor has stopped, which it should not.\nWhat you drew is kept: reload to go on where you were.\n\n${why}`;
  wait.hidden = false;
};

try {
  await init({ module_or_path: new URL("millstream_web_bg.wasm", import.meta.url) });
} catch (error) {
  // A panic has told its story already.
  if (wait.hidden || told.textContent === "Loading the editor") {
    window.millstreamStopped(error);
  }
}
