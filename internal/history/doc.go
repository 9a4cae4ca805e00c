// Package history plays random histories of the whole workflow on a store, and checks after every step that the rules
// hold: at most one live booking on a session, no overlap in a diary, no state outside the tables, no change without
// its event and no event without its change, money that adds up, versions that rise by one.
//
// The rules are written out here once more, by hand, and the calendar's are counted day by day: nothing is judged by
// the code that decided it. Whatever is checked is read through the store's own queries, so that the same histories
// run on every store.
package history
