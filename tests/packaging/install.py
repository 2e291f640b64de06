#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""install.sh, for one user with an empty home: the plugin and the profile come and go, and what is the user's stays.

usage: install.py [--build DIR]
"""
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

from tshark import ROOT, run_check  # noqa: E402


class Home:
    """An unpacked archive, and the home of a user who has nothing of rtmpx. No plugin is there for all users."""

    def __init__(self, tshark, name):
        self.tshark = tshark
        directory = tshark.writable(name)
        directory.chmod(0o777)
        self.archive = directory / "archive"
        shutil.copytree(ROOT / "packaging" / "profile", self.archive / "profiles")
        shutil.copytree(tshark.plugin.parent, self.archive / "plugins" / tshark.series / "epan")
        shutil.copy(ROOT / "packaging" / "install.sh", self.archive)
        subprocess.run(["chmod", "-R", "a+rX", str(self.archive)], check=True)
        home = directory / "home"
        self.environment = {**tshark.without_plugin().environment, "HOME": str(home)}
        self.plugin = home / ".local" / "lib" / "wireshark" / "plugins" / tshark.series / "epan" / "rtmpx.so"
        self.profile = home / ".config" / "wireshark" / "profiles" / "RTMP"

    def run(self, *arguments, **environment):
        """Exit status and all output of install.sh."""
        with self.tshark.popen("sh", self.archive / "install.sh", *arguments, stdin=subprocess.DEVNULL, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               env={**self.environment, **environment}) as process:
            output = process.communicate(timeout=120)[0]
        return process.returncode, output

    def has(self):
        return self.plugin.exists(), self.profile.exists()


def what_is_installed_is_removed(home):
    home.run()
    installed = home.has()
    home.run("--remove")
    return installed == (True, True) and home.has() == (False, False)


def a_changed_profile_stays(home):
    home.run()
    with open(home.profile / "preferences", "a") as preferences:
        preferences.write("gui.column.format: \"No.\", \"%m\"\n")
    _, output = home.run("--remove")
    return home.has() == (False, True) and "it stays" in output


def a_profile_that_was_used_is_removed(home):
    home.run()
    (home.profile / "recent").write_text("")
    home.run("--remove")
    return home.has() == (False, False)


def an_unknown_argument_is_refused(home):
    status, output = home.run("--uninstall")
    return status == 1 and "usage" in output and home.has() == (False, False)


def a_plugin_of_all_users_is_named(home):
    status, output = home.run(WIRESHARK_PLUGIN_DIR=home.archive / "plugins")
    return status == 1 and "for all users already" in output and home.has() == (False, False)


CASES = [what_is_installed_is_removed, a_changed_profile_stays, a_profile_that_was_used_is_removed,
         an_unknown_argument_is_refused, a_plugin_of_all_users_is_named]


def check(tshark, _):
    wrong = [case.__name__ for case in CASES if not case(Home(tshark, case.__name__))]
    return wrong, f"{len(CASES)} cases"


if __name__ == "__main__":
    run_check(__doc__, check)
