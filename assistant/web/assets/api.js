// What the page asks of its server.

export class Refusal extends Error {}

/** The JSON that an address answers with; a refusal is thrown with the server's own words. */
export async function call(method, address, body) {
  let reply;
  try {
    reply = await fetch(address, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refusal("The page’s server does not answer. Is it still running?");
  }
  if (reply.status === 401) location.assign("/login");
  const content = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Refusal(content.message || `The server refused (${reply.status}).`);
  return content;
}

/** Ask a question; each event is handed on as it comes. */
export async function ask(body, { signal, onevent }) {
  const reply = await fetch("/api/ask", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  if (!reply.ok) {
    const content = await reply.json().catch(() => ({}));
    throw new Refusal(content.message || `The server refused (${reply.status}).`);
  }
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) onevent(JSON.parse(line));
  }
}

/** Send a file; `onprogress` is called with the share sent, in [0, 1]. */
export function upload(file, onprogress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/guides");
    request.setRequestHeader("x-file-name", encodeURIComponent(file.name));
    request.upload.onprogress = (event) => event.lengthComputable && onprogress(event.loaded / event.total);
    request.onerror = () => reject(new Refusal(`${file.name} could not be sent. Is the server still running?`));
    request.onload = () => {
      let content = {};
      try {
        content = JSON.parse(request.responseText);
      } catch {
        // A proxy's own error page is no JSON.
      }
      if (request.status < 300) resolve(content);
      else reject(new Refusal(content.message || `${file.name} was refused (${request.status}).`));
    };
    request.send(file);
  });
}
