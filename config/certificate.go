package config

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// Certificate is a certificate and its key in two PEM files, read again when
// either has changed, so that a renewal needs no restart. While the files are
// not whole, as in the middle of a renewal, the last pair that was is served.
// May be used concurrently.
type Certificate struct {
	certFile, keyFile string

	mu     sync.Mutex
	pair   *tls.Certificate
	stamps [2]stamp
}

// stamp is what tells one version of a file from another.
type stamp struct {
	modified time.Time
	size     int64
}

// OpenCertificate reads the files.
func OpenCertificate(certFile, keyFile string) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile}
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("read the certificate %s with key %s: %w", certFile, keyFile, err)
	}
	return c, nil
}

// Current is a tls.Config's GetCertificate.
func (c *Certificate) Current(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.load(); err != nil && c.pair == nil {
		return nil, err
	}
	return c.pair, nil
}

// load reads the files where they differ from those last read.
func (c *Certificate) load() error {
	now, err := stamps(c.certFile, c.keyFile)
	if err != nil || now == c.stamps {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	c.pair, c.stamps = &pair, now
	return nil
}

func stamps(files ...string) (s [2]stamp, err error) {
	for i, name := range files {
		info, err := os.Stat(name)
		if err != nil {
			return s, err
		}
		s[i] = stamp{info.ModTime(), info.Size()}
	}
	return s, nil
}
