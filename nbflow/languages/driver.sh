# Runs a cell: $1 is the folder of the task, the names after it are variables that the cell hands on.
nbflow_folder=$1
shift
nbflow_names=("$@")
set --
nbflow_keep() {
  local nbflow_name
  for nbflow_name in "${nbflow_names[@]}"; do
    if [[ $(declare -p "$nbflow_name" 2>/dev/null) =~ ^declare\ -[^\ ]*[aA] ]]; then
      : > "$nbflow_folder/.array.$nbflow_name"
    elif [[ -n ${!nbflow_name+set} ]]; then
      printf %s "${!nbflow_name}" > "$nbflow_folder/.variable.$nbflow_name"
    fi
  done
}
exit() { # the trap for errors does not see it
  local nbflow_code=${1-$?}
  if [[ $nbflow_code != 0 && $BASH_SUBSHELL == 0 && ! ($- == *e* && -e $nbflow_folder/.line) ]]; then
    echo "${BASH_LINENO[0]}" > "$nbflow_folder/.line"
  fi
  builtin exit "$nbflow_code"
}
trap 'nbflow_code=$?; nbflow_keep; builtin exit "$nbflow_code"' EXIT
trap 'echo "$LINENO" > "$nbflow_folder/.line"' ERR
set -Eeuo pipefail
source "$nbflow_folder/.cell"
nbflow_keep # the cell may have an EXIT trap of its own
