"""Tests that run beside each other have a filestore each, as they have a database."""

import contextlib
import os
import shutil

import freezegun
import pytest_odoo

from odoo.tools import config

# Tests stop the clock; how long they take is told by the real one.
freezegun.configure(extend_ignore_list=["_pytest.timing"])


def link(source, target):
    """Files there never change, so a link is as good as a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@contextlib.contextmanager
def own_filestore(original_name, name):
    """Give the database ``name`` its own copy of the filestore while tests run.

    Odoo removes files after each class of tests that no attachment of *its* database
    names. In a filestore that databases share it takes the files of the others.
    """
    if name == original_name:
        yield
        return
    target = config.filestore(name)
    shutil.rmtree(target, ignore_errors=True)
    source = config.filestore(original_name)
    if os.path.isdir(source):
        shutil.copytree(source, target, copy_function=link)
    try:
        yield
    finally:
        shutil.rmtree(target, ignore_errors=True)


# The plugin shares one filestore between the databases of its workers.
pytest_odoo._shared_filestore = own_filestore
