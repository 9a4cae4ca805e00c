package server

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// DSN is the connection string of a database of a server of ours that is reached at an address, for example that of a
// proxy before it.
func DSN(addr, database string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	return fmt.Sprintf("host=%s port=%s user=%s dbname=%s sslmode=disable", host, port, superuser, quote(database))
}

// keywords turns a connection string into keywords and values, to which more can be added. (The last one of a name
// counts, for pgx and for lib/pq.)
func keywords(dsn string) (string, error) {
	if !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
		return dsn, nil
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "", err
	}
	var words []string
	add := func(name, value string) {
		if value != "" {
			words = append(words, name+"="+quote(value))
		}
	}
	add("host", u.Hostname())
	add("port", u.Port())
	add("dbname", strings.TrimPrefix(u.Path, "/"))
	if u.User != nil {
		password, _ := u.User.Password()
		add("user", u.User.Username())
		add("password", password)
	}
	for name, values := range u.Query() {
		add(name, values[len(values)-1])
	}
	return strings.Join(words, " "), nil
}

// quote writes a value as connection strings want it.
func quote(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}
