// Exit statuses that mean the same in every subcommand; what else there is stands with each of them.

/**
 * An error of the program itself, or an output that cannot be written: says nothing about what was asked.
 * EX_SOFTWARE of sysexits.h, as the daemon's internal error.
 */
export const EXIT_INTERNAL = 70;
