package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	interrupt = syscall.SIGINT
	terminate = syscall.SIGTERM
	quit      = syscall.SIGQUIT
)

// process is a server's process.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // how it ended; read it after done
}

// startProcess starts a server, whose output goes to the end of a file. orphaned is the signal that it gets when this
// process is killed, where the system can do that.
func startProcess(cmd *exec.Cmd, folder, log string, orphaned syscall.Signal) (*process, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, file, file
	dieWithParent(cmd.SysProcAttr, orphaned)
	if err := onLastingThread(cmd.Start); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// pid is the process id, 0 when there is none.
func (p *process) pid() int {
	if !p.running() {
		return 0
	}
	return p.cmd.Process.Pid
}

func (p *process) running() bool {
	if p == nil {
		return false
	}
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// await waits until the server answers at a connection string.
func (p *process) await(dsn string) error {
	const patience = 60 * time.Second // recovery after a crash under load takes its time
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, dsn)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-p.done:
			return fmt.Errorf("it has ended: %w", p.err)
		case <-ctx.Done():
			return fmt.Errorf("it does not answer: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// stop sends the signals, one after the other, and SIGKILL at the end, until the process has ended. Ending by SIGKILL
// is a fault, since then children may be left.
func (p *process) stop(signals ...syscall.Signal) error {
	const patience = 20 * time.Second
	if !p.running() {
		return nil
	}
	for _, signal := range append(signals, syscall.SIGKILL) {
		if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		select {
		case <-p.done:
			if signal == syscall.SIGKILL {
				return fmt.Errorf("%s had to be killed", p.cmd.Path)
			}
			return nil
		case <-time.After(patience):
		}
	}
	return fmt.Errorf("%s does not end", p.cmd.Path)
}

// The kernel signals a child when the thread ends that started it, not the process. So all children are started by one
// thread that stays.
var starts = sync.OnceValue(func() chan func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range work {
			f()
		}
	}()
	return work
})

func onLastingThread(f func() error) error {
	answer := make(chan error)
	starts() <- func() { answer <- f() }
	return <-answer
}
