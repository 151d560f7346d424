package server_test

import (
	"bytes"
	"crypto/tls"
	"net"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config/certificatetest"
)

func TestDatagramsThatAreNoRequestsAreDropped(t *testing.T) {
	_, _, port := serve(t, "udp")
	conn, err := net.DialTimeout("udp", "127.0.0.1:"+port, patience)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	ask := []byte{0, 9, 0, 0, 0, 6, 2, 4, 0, 0, 0, 1}
	for _, datagram := range [][]byte{{}, []byte("hello"), ask[:11], append(ask[:12:12], 0), make([]byte, 1000), ask} {
		if _, err := conn.Write(datagram); err != nil {
			t.Fatal(err)
		}
	}
	answer := make([]byte, 300)
	n, err := conn.Read(answer)
	if want := []byte{0, 9, 0, 0, 0, 5, 2, 4, 2, 0, 77}; err != nil || !bytes.Equal(answer[:n], want) {
		t.Errorf("% x, %v; want % x", answer[:n], err, want)
	}
}

func TestDatagramsOfStrangersAreDropped(t *testing.T) {
	_, s, port := serve(t, "udp\n    allow: 192.0.2.0/24")
	conn, err := net.DialTimeout("udp", "127.0.0.1:"+port, patience)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(question); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is counted", func() bool { return s.Stats().Strangers == 1 })
	if stats := s.Stats(); stats.Requests != 0 {
		t.Errorf("%+v", stats)
	}
}

func TestWhoShowsNoCertificateThatIsKnownIsNotAnswered(t *testing.T) {
	transport, known := secured(t)
	_, s, port := serve(t, transport)
	strange, strangeKey := certificatetest.Certificate(t, "stranger")
	for what, own := range map[string][2]string{"none": {}, "one of a stranger": {strange, strangeKey}, "its own": {known[0], known[1]}} {
		c := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // who the server is does not matter here
		if own[0] != "" {
			pair, err := tls.LoadX509KeyPair(own[0], own[1])
			if err != nil {
				t.Fatal(err)
			}
			c.Certificates = []tls.Certificate{pair}
		}
		conn, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", "127.0.0.1:"+port, c)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write(question)
		n, err := conn.Read(make([]byte, 100))
		conn.Close()
		if got, want := n > 0, what == "its own"; got != want {
			t.Errorf("with %s it is answered: %v, %v", what, got, err)
		}
	}
	eventually(t, "two were counted", func() bool { return s.Stats().Strangers == 2 })
}
