// Package bench compares the stores with what somebody would write by hand on the same database, with the same driver,
// tables and rows. All that is compared runs in one run, in short blocks that take turns, so that a noisy machine
// disturbs each alike. There is nothing here but benchmarks, and the tests of what they rely on.
package bench
