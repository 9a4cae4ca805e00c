// Package worker plays users against a store from several processes at once, and tells what came of it.
//
// A worker is a process (or, for a store that lives in one alone, a part of it) with a real desk. It takes orders as
// lines of JSON and answers with lines of JSON: what was asked and when, what each commit was about to write, its
// verdict, and what the desk answered. The lines of all workers together are the history that internal/integration/race
// checks, and the ledger against which a store is compared after a crash.
//
// Time is the machine's monotonic clock, so that instants of different processes can be compared.
package worker
