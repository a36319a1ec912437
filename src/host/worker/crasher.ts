/** For fault tests: ends the process, as a crash does, at the visit given of the point given. */
export function crasher({ point, visit }: { readonly point: string; readonly visit: number }): (name: string) => void {
  let visits = 0;
  return (name) => {
    if (name !== point) return;
    visits += 1;
    if (visits === visit) process.kill(process.pid, 'SIGKILL');
  };
}
