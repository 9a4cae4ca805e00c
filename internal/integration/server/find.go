package server

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"syscall"
)

// tools is where a server's programs are.
type tools struct {
	bin string
	// lib holds libraries that the programs need and the system may lack; empty for those that the system installed.
	lib string
}

// command is a call of one of the programs, as the servers' user and with none of the developer's settings.
func (t tools) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(t.bin, name), args...) //nolint:gosec // a program that tests look for by name
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	if t.lib != "" {
		c.Env = append(c.Env, "LD_LIBRARY_PATH="+t.lib, "DYLD_LIBRARY_PATH="+t.lib)
	}
	c.SysProcAttr = &syscall.SysProcAttr{}
	if who, err := serverUser(); err == nil { // the folders could not have been given away else
		c.SysProcAttr.Credential = who
	}
	return c
}

var versionNumber = regexp.MustCompile(`\) (\d+)`)

// findPostgres finds a major on PATH, where Debian installs it, and among the fetched ones.
func findPostgres(major int) (tools, error) {
	fetched, err := fetchedTools(fmt.Sprintf("postgres-%d", major))
	if err != nil {
		return tools{}, err
	}
	places := []tools{{bin: fmt.Sprintf("/usr/lib/postgresql/%d/bin", major)}, fetched}
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil { // initdb lies beside the real one
			places = slices.Insert(places, 0, tools{bin: filepath.Dir(path)})
		}
	}
	for _, t := range places {
		if !t.has("postgres") || !t.has("initdb") {
			continue
		}
		out, err := t.version("postgres")
		if err != nil {
			return tools{}, fmt.Errorf("%s: %w\n%s", t.bin, err, out)
		}
		if m := versionNumber.FindSubmatch(out); m != nil && string(m[1]) == strconv.Itoa(major) {
			return t, nil
		}
	}
	return tools{}, fmt.Errorf("%w: internal/tools/servers fetches it where it can", errNotThere)
}

func findPgBouncer() (tools, error) {
	fetched, err := fetchedTools("pgbouncer")
	if err != nil {
		return tools{}, err
	}
	places := []tools{{bin: "/usr/sbin"}, fetched}
	if path, err := exec.LookPath("pgbouncer"); err == nil {
		places = slices.Insert(places, 0, tools{bin: filepath.Dir(path)})
	}
	for _, t := range places {
		if t.has("pgbouncer") {
			return t, nil
		}
	}
	return tools{}, fmt.Errorf("%w: internal/tools/servers fetches it where it can", errNotThere)
}

func (t tools) has(name string) bool {
	info, err := os.Stat(filepath.Join(t.bin, name))
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// version asks a program for its version. It is no server's business yet, so any user may ask.
func (t tools) version(name string) ([]byte, error) {
	c := t.command(name, "--version")
	c.SysProcAttr = nil
	return c.CombinedOutput()
}

// root is the folder of the project: the one above the working directory that holds the script that fetches.
var root = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "internal", "tools", "servers")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s lies outside the project", dir)
		}
	}
})

// fetchedTools is where internal/tools/servers puts a server, whether it is there or not.
func fetchedTools(name string) (tools, error) {
	top, err := root()
	if err != nil {
		return tools{}, err
	}
	// go test keeps the results of tests, and takes notice only of files of the module. The script writes one there
	// when it has fetched something, and a test that was skipped is run again.
	_, _ = os.ReadFile(filepath.Join(top, "internal", "integration", ".fetched"))
	home := filepath.Join(top, ".tools", name)
	return tools{bin: filepath.Join(home, "bin"), lib: filepath.Join(home, "lib")}, nil
}

// copies are the programs that had to be copied, by the folder that they came from.
var copies = struct {
	sync.Mutex
	of map[string]string
}{of: map[string]string{}}

// usable makes sure that the servers' user can run the programs: those in the folder of a root user are copied to
// where it can.
func (t tools) usable() (tools, error) {
	who, err := serverUser()
	if err != nil || who == nil || reachable(t.bin) || t.lib == "" {
		return t, err
	}
	copies.Lock()
	defer copies.Unlock()
	home := filepath.Dir(t.bin)
	if copies.of[home] == "" {
		folder, err := newFolder()
		if err != nil {
			return t, err
		}
		to := filepath.Join(folder, "tools")
		if err := copyTree(home, to); err != nil {
			return t, err
		}
		copies.of[home] = to
	}
	return tools{bin: filepath.Join(copies.of[home], "bin"), lib: filepath.Join(copies.of[home], "lib")}, nil
}

// reachable says whether everybody can get at a folder.
func reachable(folder string) bool {
	for at := folder; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if at == filepath.Dir(at) {
			return true
		}
	}
}
