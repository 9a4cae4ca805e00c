package server

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A test binary that is killed cannot clean up: the kernel ends its servers, and the next run removes its folder.
func TestKilledRunLeavesNothing(t *testing.T) {
	require(t, postgresName(newest()), func() (tools, error) { return findPostgres(newest()) })
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), victim+"=1")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	var folder string
	if _, err := fmt.Fscan(out, &pid, &folder); err != nil || pid == 0 {
		t.Fatalf("the victim did not start: %v", errorsOf(c))
	}
	folder = filepath.Dir(folder)
	sweep()
	if _, err := os.Stat(folder); err != nil {
		t.Errorf("the folder of a run that goes on was removed: %v", err)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed
	for began := time.Now(); syscall.Kill(pid, 0) == nil; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("the server, process %d, outlived the tests", pid)
		}
	}
	sweep()
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("%s was not removed: %v", folder, err)
	}
}

func errorsOf(c *exec.Cmd) error {
	_ = c.Process.Kill()
	return c.Wait()
}
