package rabbit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// missing is why there is no RabbitMQ, for a test that wanted one.
var missing struct {
	sync.Mutex
	why error
}

// Main runs the tests of a package and lists what was not tested. It returns the code to exit with.
func Main(m *testing.M) int { return report(os.Stderr, m.Run()) }

// Look looks for RabbitMQ, and lists it where there is none. It returns the code to exit with.
func Look(w io.Writer) int {
	if _, err := find(); err != nil {
		miss(err)
	}
	return report(w, 0)
}

func miss(why error) {
	missing.Lock()
	defer missing.Unlock()
	missing.why = why
}

func report(w io.Writer, code int) int {
	missing.Lock()
	defer missing.Unlock()
	if missing.why == nil {
		return code
	}
	_, _ = fmt.Fprintf(w, "not tested: RabbitMQ: %v\n", missing.why)
	if os.Getenv("CI") != "" {
		return max(code, 1)
	}
	return code
}

// programs are where RabbitMQ and Erlang are.
type programs struct {
	// home is the folder above their "usr".
	home string
	// server is the script that starts RabbitMQ, erlang the folder of the virtual machine's programs.
	server, erlang string
}

// find finds them where internal/tools/peers puts them, and where the system installs them.
func find() (programs, error) {
	top, err := root()
	if err != nil {
		return programs{}, err
	}
	// go test keeps results, and takes notice only of files of the module. The script writes one there when it has
	// fetched something, and a test that was skipped is run again.
	_, _ = os.ReadFile(filepath.Join(top, "notify", "transport", "relay", "internal", "brokers", ".fetched"))
	for _, home := range []string{filepath.Join(top, ".tools", "rabbitmq"), "/"} {
		server, _ := filepath.Glob(filepath.Join(home, "usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server"))
		erlang, _ := filepath.Glob(filepath.Join(home, "usr/lib/erlang/erts-*/bin/erlexec"))
		if len(server) > 0 && len(erlang) > 0 {
			return programs{home, server[0], filepath.Dir(erlang[0])}, nil
		}
	}
	return programs{}, errors.New("it is not on this machine; internal/tools/peers fetches it where it can")
}

// root is the folder of the project: the one above the working directory that holds the script that fetches.
func root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "internal", "tools", "peers")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", errors.New("the tests run outside the project")
		}
	}
}
