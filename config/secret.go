package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Secret is a reference to a password, token or key; the value itself is in no configuration. It is written
//
//	env:NAME      an environment variable of the node's process
//	file:/path    a file that only the node can read
//	cred:name     a systemd credential (LoadCredential= in the unit)
//
// However a Secret is printed, encoded or logged, the reference appears and the value does not. The zero Secret is one
// not given. It is a value: copy and compare it freely.
type Secret struct {
	scheme, name string
}

// maxSecret bounds the file that a secret is read from.
const maxSecret = 64 << 10

// UnmarshalText reads a reference. A text that is none is refused without repeating it, since it may be the secret.
func (s *Secret) UnmarshalText(text []byte) error {
	scheme, name, ok := strings.Cut(string(text), ":")
	switch {
	case !ok:
	case scheme == "env" && name != "" && !strings.ContainsAny(name, "=\x00"),
		scheme == "file" && filepath.IsAbs(name),
		scheme == "cred" && name != "" && !strings.ContainsAny(name, "/\x00") && name != "." && name != "..":
		*s = Secret{scheme: scheme, name: name}
		return nil
	}
	return &Problem{
		What: "a secret is not written into the configuration",
		Fix:  "refer to it: env:NAME, file:/absolute/path or cred:name",
	}
}

// MarshalText writes the reference.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String is the reference.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return s.scheme + ":" + s.name
}

// IsZero tells whether no secret was given.
func (s Secret) IsZero() bool { return s == Secret{} }

// Reveal reads the value where the reference points, now: a secret that was rotated is the new one. A line end behind
// the value in a file is not part of it. The error names the reference; the zero Secret reveals an empty text.
func (s Secret) Reveal() (string, error) {
	value, err := s.read()
	if err != nil {
		return "", fmt.Errorf("read secret %s: %w", s, err)
	}
	return value, nil
}

// read follows the reference.
func (s Secret) read() (string, error) {
	switch s.scheme {
	case "env":
		value, ok := os.LookupEnv(s.name)
		if !ok {
			return "", &Problem{What: "the environment variable is not set", Fix: "set it for the node's process"}
		}
		return value, nil
	case "file":
		return readSecretFile(s.name)
	case "cred":
		dir, ok := os.LookupEnv("CREDENTIALS_DIRECTORY")
		if !ok {
			return "", &Problem{What: "systemd passed no credentials", Fix: "add LoadCredential=" + s.name + ":FILE to the unit"}
		}
		return readSecretFile(filepath.Join(dir, s.name))
	default:
		return "", nil
	}
}

// readSecretFile reads a small file without its last line end.
func readSecretFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxSecret {
		return "", fmt.Errorf("the file is larger than %d bytes", maxSecret)
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r"), nil
}

// DescribeText names the type for reference, schema and forms.
func (Secret) DescribeText() (name, pattern string, secret bool) {
	return "reference to a secret", `^(env:.+|file:/.+|cred:[^/]+)$`, true
}
