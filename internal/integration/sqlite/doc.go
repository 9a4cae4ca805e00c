// Package sqlite has the tests of the SQLite store with real drivers, real files and several processes on one of them.
package sqlite
