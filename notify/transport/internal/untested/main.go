// Command untested lists what the transports can't be checked against on this machine. Where CI is set, that is a
// failure.
package main

import (
	"os"

	"github.com/sessional-go/sessional/internal/peer"
)

func main() { os.Exit(peer.Look(os.Stdout)) } //nolint:forbidigo // a program
