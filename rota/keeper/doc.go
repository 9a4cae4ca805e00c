// Package keeper brings about what time brings about, and plans who is told what.
package keeper
