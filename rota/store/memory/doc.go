// Package memory keeps the workflow in memory: concurrent, versioned, guarded, all or nothing. It is for a host's
// tests, for examples, and for simulations with millions of sessions; what it holds is gone with the process.
package memory
