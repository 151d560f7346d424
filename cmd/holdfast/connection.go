package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/holdfast-edge/holdfast/console/client"
)

// connection says which node a command asks, and as whom. Secrets come from the
// environment or from files: a command line is seen by every user of a machine,
// and kept by the shell.
type connection struct {
	URL          string `name:"url" env:"HOLDFAST_URL" default:"http://127.0.0.1:8470" help:"The node's address; ${default} unless given." placeholder:"URL"`
	User         string `env:"HOLDFAST_USER" default:"admin" help:"The user of the password, which is in HOLDFAST_PASSWORD or --password-file."`
	PasswordFile string `env:"HOLDFAST_PASSWORD_FILE" help:"A file with the password." placeholder:"FILE"`
	TokenFile    string `env:"HOLDFAST_TOKEN_FILE" help:"A file with an API token; or HOLDFAST_TOKEN has it." placeholder:"FILE"`
	CA           string `name:"ca" env:"HOLDFAST_CA" help:"A file of authorities in PEM, to trust beside the system's." placeholder:"FILE"`
	Fingerprint  string `env:"HOLDFAST_FINGERPRINT" help:"The SHA-256 of the node's certificate, which then needs no authority." placeholder:"HEX"`
}

// open returns a client of the node.
func (c *connection) open() (*client.Client, error) {
	token, err := secret("HOLDFAST_TOKEN", c.TokenFile)
	if err != nil {
		return nil, err
	}
	password, err := secret("HOLDFAST_PASSWORD", c.PasswordFile)
	if err != nil {
		return nil, err
	}
	return client.New(client.Options{
		URL: c.URL, User: c.User, Password: password, Token: token, CA: c.CA, Fingerprint: c.Fingerprint,
	})
}

// secret is what a file holds, or else the environment.
func secret(variable, file string) (string, error) {
	if file == "" {
		return os.Getenv(variable), nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}
