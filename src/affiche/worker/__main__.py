"""`python -m affiche.worker [--package DIR] [--comfyui URL]`; what else is given is the SDK's."""

import argparse
import sys

from affiche.worker import start


def main() -> None:
    parser = argparse.ArgumentParser(
        "python -m affiche.worker",
        description="Answer RunPod's jobs with the ComfyUI that runs beside this program.",
        epilog="Further options, such as --test_input or --rp_serve_api, are RunPod's SDK's.",
    )
    parser.add_argument("--package", metavar="DIR", help="folder with template.toml and graphs")
    parser.add_argument("--comfyui", metavar="URL", help="address of ComfyUI (COMFY_API_URL)")
    asked, others = parser.parse_known_args()
    # The SDK reads them there.
    sys.argv[1:] = others
    start(asked.package, asked.comfyui)


if __name__ == "__main__":
    main()
