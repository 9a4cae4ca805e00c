// Package relational says how the records of the workflow lie in tables, and reads the lists from them: what the two SQL
// stores have in common. A store adds its dialect, its schema, its commit and its claims.
//
// A table is described once, as a list of columns and of the fields that they hold (see tables.go). Rows are written
// and read by that description, so that no field can be forgotten in one of two places.
package relational
