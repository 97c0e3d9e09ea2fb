/** Tunes to try, as somebody might remember them. All are old and in the public domain. */

export const EXAMPLES = [
  {
    name: "four bars of a reel",
    abc: "M:4/4\nL:1/8\nK:Edor\nE2BE dEBE|E2BE AFDF|E2BE dEBE|BABc dAFD|\n",
  },
  {
    name: "a jig in the wrong key",
    abc: "M:6/8\nL:1/8\nK:A\ned|cAA EAA|cAc edc|dBB FBB|dBd fed|\ncAA EAA|cAc edc|dcd Bed|cAA A:|\n",
  },
  {
    name: "a hornpipe, badly remembered",
    abc: "M:4/4\nL:1/8\nK:G\nBd|edBd G2Bd|edeg a2ga|bddb agba|gbag e2ge|\nedBd G2Bd|edeg a2ga|bddb agba|g2gg g2:|\n",
  },
];
