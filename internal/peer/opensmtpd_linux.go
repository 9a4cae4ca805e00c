package peer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// OpenSMTPD is a real mail server, on a free port of the loopback interface. It speaks without TLS: that of Debian 12,
// 6.8.0p2-4+b4, can't shake hands with OpenSSL 3 (OpenSMTPD's issue 1239). And without TLS it lets nobody log in.
type OpenSMTPD struct {
	// Port is where it listens.
	Port int
	// folder is its root.
	folder string
}

// users are who the server runs as and delivers as, whoever has these numbers outside.
const users = `root:x:0:0::/:/bin/sh
opensmtpd:x:64901:64901::/var/lib/opensmtpd/empty:/bin/false
opensmtpq:x:64902:64902::/var/lib/opensmtpd/empty:/bin/false
vmail:x:64903:64903::/mail:/bin/sh
`

const groups = `root:x:0:
opensmtpd:x:64901:
opensmtpq:x:64902:
vmail:x:64903:
`

const vmail = 64903

// configuration takes mails for people at example.org, of at most 200 kB.
const configuration = `table people { %s }
smtp max-message-size 200K
listen on 127.0.0.1 port %d hostname mail.example.org
action keep maildir "/mail/%%{rcpt.user}" virtual <people>
match from any for domain "example.org" action keep
`

// StartOpenSMTPD starts a server that takes mails for people at example.org, each the part before the @; it skips the
// test where there is none or it can't run. It stops when the test ends.
//
// OpenSMTPD has to be started by root: it separates its rights by changing its root folder and by becoming one of two
// users of its own, and delivers as a third. So it runs in a folder of its own that has them, and everything else that
// it needs, as its root; nothing of the system is changed.
func StartOpenSMTPD(tb testing.TB, people ...string) *OpenSMTPD {
	tb.Helper()
	home, err := findOpenSMTPD()
	if err != nil {
		skip(tb, opensmtpd, err)
	}
	s := &OpenSMTPD{Port: freePort(tb), folder: tb.TempDir()}
	if err := s.furnish(home); err != nil {
		tb.Fatalf("%s: %v", opensmtpd, err)
	}
	entries := make([]string, len(people))
	for i, p := range people {
		entries[i] = fmt.Sprintf("%q = vmail", p+"@example.org")
	}
	for name, text := range map[string]string{
		"passwd": users, "group": groups, "smtpd.conf": fmt.Sprintf(configuration, strings.Join(entries, ", "), s.Port),
	} {
		file := filepath.Join(s.folder, "etc", name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil { //nolint:gosec // all of its users read them
			tb.Fatal(err)
		}
	}
	out, err := s.inside("/usr/sbin/smtpd", "-n", "-f", "/etc/smtpd.conf").CombinedOutput()
	if os.IsPermission(err) {
		skip(tb, opensmtpd, errors.New("root may not change its root folder here"))
	}
	if err != nil {
		tb.Fatalf("%s: %v: %s", opensmtpd, err, out)
	}
	s.start(tb)
	return s
}

// Mails returns what was delivered to a person so far.
func (s *OpenSMTPD) Mails(tb testing.TB, person string) [][]byte {
	tb.Helper()
	var mails [][]byte
	for _, name := range s.files(tb, filepath.Join("mail", person, "new", "*")) {
		text, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		mails = append(mails, text)
	}
	return mails
}

// Delivered counts the mails that were delivered so far, to whomever.
func (s *OpenSMTPD) Delivered(tb testing.TB) int {
	tb.Helper()
	return len(s.files(tb, "mail/*/new/*"))
}

// Queued counts the files of mails that the server has taken over, or is taking, and has not delivered yet.
func (s *OpenSMTPD) Queued(tb testing.TB) int {
	tb.Helper()
	return len(s.files(tb, "var/spool/smtpd/queue/*/*")) + len(s.files(tb, "var/spool/smtpd/incoming/*"))
}

// files are those in the server's root folder that a pattern fits.
func (s *OpenSMTPD) files(tb testing.TB, pattern string) []string {
	tb.Helper()
	names, err := filepath.Glob(filepath.Join(s.folder, pattern))
	if err != nil {
		tb.Fatal(err)
	}
	return names
}

// findOpenSMTPD finds the folder above the "usr" with its programs: where it was fetched to, or the system's.
func findOpenSMTPD() (string, error) {
	if os.Geteuid() != 0 {
		return "", errors.New("it can only be started by root, in a root folder of its own with users of its own")
	}
	home, err := fetched("opensmtpd")
	if err != nil {
		return "", err
	}
	for _, place := range []string{home, "/"} {
		if there(filepath.Join(place, "usr/sbin/smtpd")) && there(filepath.Join(place, "usr/libexec/opensmtpd")) {
			return place, nil
		}
	}
	return "", errNotThere
}

// furnish copies the server, a shell, which it delivers with, and the libraries of both.
func (s *OpenSMTPD) furnish(home string) error {
	programs := []string{"usr/sbin/smtpd"}
	helpers, err := filepath.Glob(filepath.Join(home, "usr/libexec/opensmtpd/*"))
	if err != nil {
		return err
	}
	for _, h := range helpers {
		programs = append(programs, strings.TrimPrefix(strings.TrimPrefix(h, home), "/"))
	}
	wanted := map[string]string{"bin/sh": "/bin/sh"}
	for _, p := range programs {
		wanted[p] = filepath.Join(home, p)
	}
	for _, p := range []string{"/bin/sh", filepath.Join(home, "usr/sbin/smtpd"), filepath.Join(home,
		"usr/libexec/opensmtpd/mail.maildir")} {
		out, err := exec.Command("ldd", p).Output() //nolint:gosec // programs of the system, or fetched
		if err != nil {
			return fmt.Errorf("ldd %s: %w", p, err)
		}
		for _, word := range strings.Fields(string(out)) {
			if strings.HasPrefix(word, "/") {
				wanted[word[1:]] = word
			}
		}
	}
	for to, from := range wanted {
		if err := copyFile(from, filepath.Join(s.folder, to)); err != nil {
			return err
		}
	}
	for _, folder := range []string{"etc", "dev", "tmp", "run", "var/run", "var/spool", "var/lib/opensmtpd/empty",
		"mail"} {
		folder = filepath.Join(s.folder, folder)
		if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // its other users read them
			return err
		}
	}
	null := filepath.Join(s.folder, "dev/null")            // a stand-in for the device
	if err := os.WriteFile(null, nil, 0o666); err != nil { //nolint:gosec // everybody writes to it
		return err
	}
	// The folder of the test is root's alone, and the server's other users have to come in.
	return errors.Join(os.Chmod(s.folder, 0o755), os.Chmod(filepath.Dir(s.folder), 0o755), //nolint:gosec // see above
		os.Chmod(filepath.Join(s.folder, "tmp"), 0o777|os.ModeSticky), os.Chown(filepath.Join(s.folder, "mail"), vmail,
			vmail))
}

func copyFile(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { //nolint:gosec // the server's other users read it
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755) //nolint:gosec // programs
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// answers waits until the server does.
func (s *OpenSMTPD) answers(deadline time.Duration) bool {
	for tick := 20 * time.Millisecond; deadline > 0; deadline -= tick {
		if greets(s.Port) {
			return true
		}
		time.Sleep(tick)
	}
	return false
}
