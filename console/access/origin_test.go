package access_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/holdfast-edge/holdfast/console/access"
)

func TestOnlyNamesOfTheLoopbackInterfaceAreHosts(t *testing.T) {
	for host, admitted := range map[string]bool{
		"localhost": true, "localhost:8470": true, "LOCALHOST:1": true, "127.0.0.1:8470": true, "127.1.2.3": true,
		"[::1]:8470": true, "[::1]": true, "::1": true,
		"": false, "evil.example": false, "evil.example:8470": false, "127.0.0.1.evil.example": false,
		"localhost.evil.example": false, "10.0.0.7:8470": false, "0.0.0.0:8470": false, "[fe80::1]:8470": false,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		if err := access.CheckHost(r); (err == nil) != admitted {
			t.Errorf("%q: %v", host, err)
		}
	}
}

func TestOnlyThisPageOrNoPageMayAsk(t *testing.T) {
	for name, c := range map[string]struct {
		tls      bool
		header   map[string]string
		method   string
		admitted bool
	}{
		"a client that is no browser":      {admitted: true},
		"this page":                        {header: map[string]string{"Origin": "http://node:8470"}, admitted: true},
		"this page, case":                  {header: map[string]string{"Origin": "http://NODE:8470"}, admitted: true},
		"this page over TLS":               {tls: true, header: map[string]string{"Origin": "https://node:8470"}, admitted: true},
		"another site":                     {header: map[string]string{"Origin": "http://evil.example"}},
		"another port":                     {header: map[string]string{"Origin": "http://node:3000"}},
		"another scheme":                   {tls: true, header: map[string]string{"Origin": "http://node:8470"}},
		"a file or a sandbox":              {header: map[string]string{"Origin": "null"}},
		"nonsense":                         {header: map[string]string{"Origin": "::"}},
		"a cross-site image or script":     {header: map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}},
		"a cross-site frame":               {header: map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}},
		"a cross-site form":                {method: "POST", header: map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}},
		"a link from elsewhere":            {header: map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, admitted: true},
		"this page, by the newer header":   {header: map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "http://node:8470"}, admitted: true},
		"typed into the bar of addresses":  {header: map[string]string{"Sec-Fetch-Site": "none"}, admitted: true},
		"a host that only begins the same": {header: map[string]string{"Origin": "http://node:8470.evil.example"}},
	} {
		if c.method == "" {
			c.method = http.MethodGet
		}
		r := httptest.NewRequest(c.method, "/", nil)
		r.Host = "node:8470"
		if c.tls {
			r.TLS = &tls.ConnectionState{}
		}
		for key, value := range c.header {
			r.Header.Set(key, value)
		}
		if err := access.CheckOrigin(r); (err == nil) != c.admitted {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzAnOriginIsAdmittedOnlyIfItIsTheHost(f *testing.F) {
	f.Add("http://node:8470", "node:8470")
	f.Add("http://evil@node:8470", "node:8470")
	f.Add("http://node:8470/path", "node:8470")
	f.Fuzz(func(t *testing.T, origin, host string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		r.Header.Set("Origin", origin)
		if origin == "" || access.CheckOrigin(r) != nil {
			return
		}
		if len(origin) < len("http://")+len(host) {
			t.Errorf("%q passed for %q", origin, host)
		}
	})
}
