// Command untested lists the brokers that can't be had on this machine, so that what needs them is not tested. Where CI
// is set, that is a failure.
package main

import (
	"os"

	"github.com/sessional-go/sessional/notify/transport/relay/internal/brokers/rabbit"
)

func main() { os.Exit(rabbit.Look(os.Stdout)) } //nolint:forbidigo // a program
