// Package house holds no code: its tests hold the house rules that no linter can.
// They read the tree as it is checked out, so a fault shows with the file it is in.
package house
