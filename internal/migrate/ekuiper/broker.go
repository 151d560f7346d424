package ekuiper

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// server is an address of a broker as it is written here.
type server struct {
	url, user, password string
	secure              bool
	host                string // with its port
}

// readServer reads tcp://HOST:PORT, ssl://, ws:// and the like.
func readServer(text string) (s server, err error) {
	if !strings.Contains(text, "://") {
		text = "tcp://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return s, fmt.Errorf("the address of the broker cannot be read") // it may hold a password
	}
	scheme, port := "mqtt", "1883"
	switch strings.ToLower(u.Scheme) {
	case "ssl", "tls", "mqtts", "tcps":
		scheme, port, s.secure = "mqtts", "8883", true
	case "ws":
		scheme, port = "ws", "80"
	case "wss":
		scheme, port, s.secure = "wss", "443", true
	}
	if u.Port() != "" {
		port = u.Port()
	}
	s.user = u.User.Username()
	s.password, _ = u.User.Password()
	s.host = net.JoinHostPort(u.Hostname(), port)
	s.url = scheme + "://" + s.host
	if strings.HasPrefix(scheme, "ws") {
		s.url += u.EscapedPath()
	}
	return s, nil
}

// isOwn tells whether the node's own broker takes the place of a server; one that is not known is.
func (m *migration) isOwn(text string) bool {
	if text == "" {
		return true
	}
	s, err := readServer(text)
	own, bad := readServer(m.OwnBroker)
	return err == nil && bad == nil && m.OwnBroker != "" && s.host == own.host
}

// own sees to it that the node's broker can be reached where the other one was.
func (m *migration) own(at migrate.Origin, text string) {
	host := "127.0.0.1:1883"
	if s, err := readServer(m.OwnBroker); err == nil && m.OwnBroker != "" {
		host = s.host
	}
	if name, port, _ := net.SplitHostPort(host); name != "127.0.0.1" && name != "localhost" {
		host = "127.0.0.1:" + port
		if m.once("listen") {
			m.report.Hand(at, "the node's broker listens on 127.0.0.1 only: on the network it needs tls and accounts, see docs/streams.md")
		}
	}
	m.listen(host)
	if text == "" && m.once("server") {
		m.report.Changed(at, "eKuiper's standard broker", "the node's own, at "+host,
			"the export does not say which broker it is; where another one goes on, add url: to the streams")
	}
}

// broker writes the keys of a connection to a broker, or none for the node's own. From is what it is for.
func (m *migration) broker(node *migrate.Node, l layers, resource string, from migrate.Origin) {
	text := l.Text("server")
	if all := l.Texts("servers"); text == "" && len(all) > 0 {
		text = all[0]
	}
	at := from
	if l.Has("server") {
		at = l.place("server")
	}
	theirs, id := l.Text("protocolVersion"), l.Text("clientid", "clientId")
	user := l.Text("username")
	if m.isOwn(text) {
		m.own(at, text)
		l.Text("password")
		m.certificates(nil, l)
		return
	}
	s, err := readServer(text)
	if err != nil {
		m.report.Hand(at, err.Error()+": write url")
		s.url = "mqtt://unknown.invalid"
	}
	node.Text("url", s.url)
	version := "3.1.1"
	if strings.HasPrefix(theirs, "5") {
		version = "5"
	}
	node.Text("version", version)
	if user == "" {
		user = s.user
	}
	node.Text("username", user)
	password := l.place("password", "server")
	m.secret(node, "password", password, l.Text("password")+s.password, resource, "the password of "+named(user)+" at "+s.url)
	m.client(node, l, id)
	if s.secure {
		m.certificates(node, l)
	} else {
		m.certificates(nil, l)
	}
}

func named(user string) string {
	if user == "" {
		return "the user"
	}
	return "user " + user
}

// client keeps a client identifier for its first use: two clients with one throw each other out.
func (m *migration) client(node *migrate.Node, l layers, id string) {
	switch {
	case id == "":
	case m.clients[id]:
		m.report.Changed(l.place("clientid"), id, "one of its own", "two connections with one client identifier would throw each other out")
	default:
		m.clients[id] = true
		node.Text("client_id", id)
		m.report.Hand(l.place("clientid"),
			"the client identifier "+id+" stays: stop eKuiper before the node starts, since two clients with it throw each other out")
	}
}

// secret writes a reference in the place of a secret, where there is one, and tells what to put there.
func (m *migration) secret(node *migrate.Node, key string, at migrate.Origin, secret, resource, what string) {
	if secret == "" {
		return
	}
	name := migrate.EnvironmentName(resource, key)
	node.Text(key, "env:"+name)
	m.report.Hand(at, "put "+what+" into the environment variable "+name+" of the node, or refer to a file: file:/etc/holdfast/…")
}

// certificates writes those of a TLS connection; a nil node is of one that is not encrypted.
func (m *migration) certificates(node *migrate.Node, l layers) {
	tls := migrate.Map(nil)
	tls.Flow = true
	for _, k := range [...]struct{ theirs, ours string }{{"rootCaPath", "ca"}, {"certificationPath", "cert"}, {"privateKeyPath", "key"}} {
		path := l.Text(k.theirs)
		if path == "" || node == nil {
			continue
		}
		if !filepath.IsAbs(path) {
			m.report.Hand(l.place(k.theirs), "the path "+path+" is relative: write where the file is on this machine")
		}
		tls.Text(k.ours, path)
	}
	insecure := l.Flag("insecureSkipVerify", false)
	if node == nil {
		return
	}
	if insecure {
		m.report.Hand(l.place("insecureSkipVerify"), "the server's certificate is verified here: give the one to trust as tls.ca, where it is not one of the system's")
	}
	if tls.Get("ca") != nil || tls.Get("cert") != nil {
		node.Put("tls", tls)
	}
}
