// Checks what our log says with somebody else's code: golang.org/x/mod, which reads Go's own log.
//
// It reads claims from the JSON file it is given and answers on its standard output: for each
// claim whether it holds, and one checkpoint that Go signed, for our code to open.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Claim says that a note is signed, a line is in the log, or the log only grew.
type Claim struct {
	Kind  string // note, inclusion or consistency
	Note  string // note: text and signatures
	Vkey  string // note: the key that must have signed
	Leaf  []byte // inclusion: the line
	Index int64  // inclusion: its place
	Old   string // consistency: the older root
	From  int64  // consistency: the older size
	Size  int64
	Root  string
	Proof []string
}

// Question is everything we ask.
type Question struct {
	Claims []Claim
	Skey   string // the key Go signs with
	Text   string // what it signs
}

// Answer is everything Go says.
type Answer struct {
	Holds  []bool
	Signed string
}

func main() {
	data, err := os.ReadFile(os.Args[1])
	must(err)
	var question Question
	must(json.Unmarshal(data, &question))
	answer := Answer{}
	for _, claim := range question.Claims {
		answer.Holds = append(answer.Holds, check(claim) == nil)
	}
	signer, err := note.NewSigner(question.Skey)
	must(err)
	signed, err := note.Sign(&note.Note{Text: question.Text}, signer)
	must(err)
	answer.Signed = string(signed)
	must(json.NewEncoder(os.Stdout).Encode(answer))
}

func check(claim Claim) error {
	if claim.Kind == "note" {
		return checkNote(claim)
	}
	root, err := tlog.ParseHash(claim.Root)
	must(err)
	proof := []tlog.Hash{}
	for _, text := range claim.Proof {
		hash, err := tlog.ParseHash(text)
		must(err)
		proof = append(proof, hash)
	}
	switch claim.Kind {
	case "inclusion":
		return tlog.CheckRecord(proof, claim.Size, root, claim.Index, tlog.RecordHash(claim.Leaf))
	case "consistency":
		old, err := tlog.ParseHash(claim.Old)
		must(err)
		return tlog.CheckTree(proof, claim.Size, root, claim.From, old)
	}
	return errors.New("no such kind of claim")
}

func checkNote(claim Claim) error {
	verifier, err := note.NewVerifier(claim.Vkey)
	if err != nil {
		return err
	}
	opened, err := note.Open([]byte(claim.Note), note.VerifierList(verifier))
	if err != nil {
		return err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[1] != fmt.Sprint(claim.Size) || lines[2] != claim.Root {
		return errors.New("signed, but it says something else")
	}
	return nil
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
