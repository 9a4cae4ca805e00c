// Package proxy stands between a client and a server on the loopback interface, and makes the network of tests as slow
// or as broken as a real one can be: with delays, with a server that hangs, with connections that are cut, also in the
// middle of a message. It counts bytes and round trips.
package proxy
