// What the servers have in common: parameters as JSON, one line when they listen, an end with standard input's.
export function parameters() {
  return JSON.parse(process.argv[2] ?? "{}");
}

export function begin(http) {
  http.listen(parameters().port ?? 0, "127.0.0.1", () => {
    console.log(JSON.stringify({ port: http.address().port }));
  });
  process.stdin.resume();
  process.stdin.on("end", () => process.exit(0));
}
