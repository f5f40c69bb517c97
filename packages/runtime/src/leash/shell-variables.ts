/** What dash and bash set, check or read by themselves, also in a shell that only starts a command. */
const OWN =
  /^(IFS|PPID|PWD|OLDPWD|SHLVL|LINENO|_|OPT(ARG|ERR|IND)|PS[124]|SHELLOPTS|BASH|BASHOPTS|BASHPID|BASH_(?!ENV$).*|COMP_.*|HISTCMD|S?RANDOM|EPOCH(SECONDS|REALTIME))$/;

/** Whether a leashed process cannot have the variable as it is given: the shell that holds it has that for itself. */
export const isShellVariable = (name: string): boolean => OWN.test(name);
