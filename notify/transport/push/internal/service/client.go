package service

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"time"
)

// Client returns a client for a service whose address is the host's own choice: by HTTP/2 or, unless only2, an older
// version, through the environment's proxy where there is one, and without following anything.
func Client(roots *x509.CertPool, only2 bool) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	protocols.SetHTTP1(!only2)
	return &http.Client{
		Transport: &http.Transport{
			Proxy:           http.ProxyFromEnvironment,
			TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			Protocols:       protocols,
			// A connection that is dead without having said so is found out by a ping, not by a message.
			HTTP2:                  &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 10 * time.Second},
			IdleConnTimeout:        10 * time.Minute,
			MaxIdleConnsPerHost:    4,
			TLSHandshakeTimeout:    10 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
