/** The .gitignore of a folder that lpack made for artifacts: it keeps the folder out of version control, and out of artifacts. */
export const OUTPUT_IGNORE = '# Artifacts of lpack\n*\n'
