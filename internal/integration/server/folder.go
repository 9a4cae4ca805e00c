package server

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// base is the folder of this process, under which all others lie. Its file "lock" stays locked for as long as the
// process lives, so that another run knows what a killed one has left.
var base = sync.OnceValues(func() (string, error) {
	sweep()
	made, err := os.MkdirTemp("", "sessional-new-")
	if err != nil {
		return "", err
	}
	if held, err = lock(made); err != nil {
		return "", err
	}
	// Only now under the name that others sweep: before, it would have looked abandoned.
	folder := strings.Replace(made, "sessional-new-", "sessional-servers-", 1)
	if err := os.Rename(made, folder); err != nil {
		return "", err
	}
	return folder, os.Chmod(folder, 0o755) //nolint:gosec // the servers' user has to get through it
})

// held is the lock on the folder of this process. Closing the file, or losing it to the collector, would end it.
var held *os.File

// lock locks a folder, or fails where a process holds the lock.
func lock(folder string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// sweep removes the folders of runs that were killed. What it cannot remove stays.
func sweep() {
	folders, _ := filepath.Glob(filepath.Join(os.TempDir(), "sessional-servers-*"))
	for _, folder := range folders {
		if file, err := lock(folder); err == nil {
			_ = os.RemoveAll(folder)
			_ = file.Close()
		}
	}
}

// newFolder makes a folder that belongs to the servers' user.
func newFolder() (string, error) {
	in, err := base()
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp(in, "")
	if err != nil {
		return "", err
	}
	return folder, give(folder)
}

// serverUser is the user that servers run as where the tests run as root; nil elsewhere.
var serverUser = sync.OnceValues(func() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil //nolint:nilnil // nobody else is a fine answer
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(nobody.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(nobody.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
})

// give makes a file or folder the servers' user's.
func give(name string) error {
	who, err := serverUser()
	if err != nil || who == nil {
		return err
	}
	return os.Lchown(name, int(who.Uid), int(who.Gid))
}

// copyTree copies a folder with all modes, for the servers' user.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if err := copyOne(name, target, info); err != nil {
			return err
		}
		return give(target)
	})
}

func copyOne(from, to string, info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return os.Mkdir(to, mode.Perm())
	case mode.Type() == fs.ModeSymlink:
		link, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(link, to)
	case !mode.IsRegular():
		return fmt.Errorf("%s is neither a file nor a folder nor a link", from)
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// freePort returns a port that nobody listens on. It lies below those that systems give to clients, so that a server
// that is started again finds its port free.
func freePort() (int, error) {
	const first, count, tries = 15_000, 15_000, 50
	var err error
	for range tries {
		port := first + rand.IntN(count)
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return port, l.Close()
		}
	}
	return 0, err
}
