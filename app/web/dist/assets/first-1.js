// The smallest page: it lets itself in, and shows who one is and which groups there are.
const post = (path, body, token) =>
  fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Staffroom-Token": token ?? "" },
    body: JSON.stringify(body),
  }).then((answer) => answer.json());

const launch = new URLSearchParams(location.hash.slice(1)).get("launch");
if (launch) {
  history.replaceState(null, "", "/");
  const session = await post("/session", { launch });
  if (session.ok) localStorage.setItem("token", session.token);
}
const ask = (verb) => post("/api", { verb, args: {} }, localStorage.getItem("token"));

const words = document.getElementById("words");
async function show() {
  const me = await ask("whoami");
  if (!me.ok) return (words.textContent = `${me.error.say} ${me.error.do}`);
  words.textContent = me.name;
  const { groups } = await ask("group list");
  document.getElementById("groups").replaceChildren(
    ...groups.map((group) => {
      const row = document.createElement("li");
      row.textContent = group.name;
      return row;
    }),
  );
}
await show();
const events = new WebSocket(`ws://${location.host}/events`, ["staffroom", localStorage.getItem("token") ?? "none"]);
events.onmessage = show;
