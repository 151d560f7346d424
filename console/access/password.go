package access

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/crypto/bcrypt"
)

// passwordFile holds the bcrypt hash of the account's password. Who has lost
// the password removes the file: the next start makes another.
const passwordFile = "password"

// User is the name of the one account.
const User = "admin"

// OpenPassword reads the hash that dir keeps. Where there is none it makes a
// random password, keeps its hash, and returns the password as made, which
// nobody can tell again.
func OpenPassword(dir string) (hash []byte, made string, err error) {
	path := filepath.Join(dir, passwordFile)
	hash, err = os.ReadFile(path)
	if err == nil {
		if _, err := bcrypt.Cost(hash); err != nil {
			return nil, "", fmt.Errorf("read %s: %w: remove the file, and the next start makes a new password", path, err)
		}
		return hash, "", nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	made = rand.Text()
	if hash, err = bcrypt.GenerateFromPassword([]byte(made), bcrypt.DefaultCost); err != nil {
		return nil, "", fmt.Errorf("hash the first password: %w", err)
	}
	if err := keep(dir, path, hash); err != nil {
		return nil, "", fmt.Errorf("keep the first password: %w", err)
	}
	return hash, made, nil
}

// keep writes the file whole or not at all.
func keep(dir, path string, hash []byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, passwordFile) // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(hash)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
