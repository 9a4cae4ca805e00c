// Command untested lists the servers that cannot be had on this machine, so that what needs them is not tested. Where
// CI is set, that is a failure.
package main

import (
	"os"

	"github.com/sessional-go/sessional/internal/integration/server"
)

func main() {
	server.Look()
	os.Exit(server.Report(os.Stdout, 0))
}
