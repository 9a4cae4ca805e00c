// Package desk is the shell of the workflow: it takes commands, reads what they depend on, lets the pure packages
// decide, and commits what they decided, all or nothing.
//
// There is one method for each thing a user does. All of them go through one pipeline, so that none can forget it:
// is the command complete; may this actor do it (P1); what does it depend on; what do the rules say; is the change
// whole (P2, N4); commit; on a conflict read and decide again; and before any error leaves, was this very command
// committed before (P3). The clock is read once for each command, not for each try.
package desk
