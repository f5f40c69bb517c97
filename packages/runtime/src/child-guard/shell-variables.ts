/** Variables that dash and bash set, check or read by themselves, even in a shell that only starts a command. */
const OWN =
  /^(IFS|PPID|PWD|OLDPWD|SHLVL|LINENO|_|OPT(ARG|ERR|IND)|PS[124]|SHELLOPTS|BASH|BASHOPTS|BASHPID|BASH_(?!ENV$).*|COMP_.*|HISTCMD|S?RANDOM|EPOCH(SECONDS|REALTIME))$/;

/** Whether the shell of the child guard sets or checks this variable itself, so that a guarded process cannot get it unchanged. */
export const isShellVariable = (name: string): boolean => OWN.test(name);
